import { describe, expect, it } from 'vitest';

import { processorTime } from '../../../../tests/support/processor-time.ts';
import { readCompiled } from '../bicep/compiled/read.ts';
import { readTerraform } from '../terraform/source/read.ts';
import { compareModules } from './compare.ts';
import { terraformModule } from './pairs/module-of.ts';

const many = 5_000;
const range = (length: number) => Array.from({ length }, (_, index) => index);
const reference = (name: string) => ({ $ref: `#/definitions/${name}` });
const object = (properties: Record<string, unknown>) => ({ type: 'object', properties });

/** Types that each use the next, the last of this type. */
function chain(letter: string, last: unknown, link: (next: unknown) => unknown) {
  const definitions = Object.fromEntries(
    range(many).map((index) => [`${letter}${index}`, link(reference(`${letter}${index + 1}`))]),
  );
  return {
    definitions: { ...definitions, [`${letter}${many}`]: last },
    parameters: { p: reference(`${letter}0`) },
  };
}

const next = (type: unknown) => object({ next: type });
const doubled = (type: unknown) => object({ left: next(type), right: next(type) });
const inputs = (prefix: string, count: number) => ({
  parameters: Object.fromEntries(range(count).map((index) => [`${prefix}Name${index}`, { type: 'string' }])),
});

/** Objects of which every property has another name, with much to read about each. */
const objects = (prefix: string) => ({
  parameters: Object.fromEntries(
    range(40).map((index) => [
      `p${index}`,
      object(Object.fromEntries(range(100).map((at) => [`${prefix}${at}`, described(`${prefix}${at}`)]))),
    ]),
  ),
});
const described = (name: string) => ({
  type: 'string',
  metadata: {
    description: range(60)
      .map((word) => `${name}word${word}`)
      .join(' '),
  },
});

/** One type with many uses and many properties. */
const used = (type: string) => ({
  definitions: {
    t: object(Object.fromEntries(range(many).map((index) => [`p${index}`, { type }]))),
  },
  parameters: Object.fromEntries(range(many).map((index) => [`p${index}`, reference('t')])),
});

/** Patterns for which many places in a text have to be remembered. */
const matching = (length: number) => ({
  parameters: Object.fromEntries(
    range(many).map((index) => [`p${index}`, { type: 'string', pattern: `${index}.{${length}}$` }]),
  ),
});

const cases: readonly (readonly [title: string, before: object, after: object, changes: number])[] = [
  [
    'a chain of names',
    chain('t', { type: 'int' }, (type) => type),
    chain('t', { type: 'bool' }, (type) => type),
    1,
  ],
  ['a chain of objects', chain('t', { type: 'int' }, next), chain('t', { type: 'bool' }, next), 1],
  ['the same under other names', chain('t', { type: 'int' }, next), chain('u', { type: 'int' }, next), 0],
  [
    'types that are used twice each, under other names',
    chain('t', { type: 'int' }, doubled),
    chain('u', { type: 'bool' }, doubled),
    1,
  ],
  [
    'types written out and named in turns',
    { ...chain('t', { type: 'int' }, (type) => next(next(type))) },
    {
      ...chain('t', { type: 'int' }, (type) => next(next(type))),
      parameters: { p: next(reference('u0')) },
      definitions: chain('u', { type: 'int' }, (type) => next(next(type))).definitions,
    },
    1,
  ],
  ['more new names than anybody compares', inputs('a', 5_000), inputs('b', 5_000), 10_000],
  ['new names in many objects', objects('first'), objects('other'), 8_000],
  ['a type with many uses', used('int'), used('bool'), many],
  ['many patterns', matching(20), matching(21), many],
];

const variable = (type: string, value: string, more = '') =>
  `variable "a" {\n  type = ${type}\n  default = ${value}\n${more}}\n`;
const listOf = (textOf: (index: number) => string) => range(many).map(textOf).join();
const optional = (type: string, value: string) => `object({ a = optional(list(${type}), [${value}]) })`;
const checks = (condition: string) =>
  range(many)
    .map(
      (index) =>
        `  validation {\n    condition = ${condition}(var.a, ${index})\n    error_message = "No."\n  }\n`,
    )
    .join('');

const terraformCases: readonly (readonly [title: string, before: string, after: string, changes: number])[] =
  [
    [
      'many values of a type with many attributes',
      ...(['"x"', '"y"'].map((last) =>
        variable(
          `list(object({ ${listOf((index) => `a${index} = optional(string, "x")`)} }))`,
          `[${listOf(() => '{}')}, { a1 = ${last} }]`,
        ),
      ) as [string, string]),
      1,
    ],
    [
      'defaults of defaults, twice as many each time',
      ...(['1', '2'].map((last) =>
        variable(
          range(60).reduce((type) => optional(type, '{}, {}'), 'number'),
          `{ a = [{}, { a = [{ a = [{}, {}, ${last}] }] }] }`,
        ),
      ) as [string, string]),
      1,
    ],
    [
      'many checks with the same message',
      variable('string', '""', checks('f')),
      variable('string', '""', checks('g')),
      many,
    ],
  ];

describe('comparing what is made to take long', () => {
  it.each(cases)('%s', (_, before, after, changes) => {
    const modules = [before, after].map((template) => readCompiled({ ...template }, null));
    const taken = processorTime();

    const found = compareModules(modules[0]!, modules[1]!);

    expect(found).toHaveLength(changes);
    expect(taken()).toBeLessThan(5_000);
    expect(JSON.stringify(found).length).toBeLessThan(20_000_000);
  });

  it.each(terraformCases)('%s', (_, before, after, changes) => {
    const modules = [before, after].map(terraformModule);
    const taken = processorTime();

    expect(compareModules(modules[0]!, modules[1]!)).toHaveLength(changes);
    expect(taken()).toBeLessThan(1_000);
  });

  it('more validations than anybody writes', () => {
    const validation = (operator: string) => (index: number) =>
      `  validation {\n    condition = var.a ${operator} ${index}\n    error_message = "No."\n  }\n`;
    const [before, after] = ['<', '>'].map((operator) => {
      const text = `variable "a" {\n${range(20_000).map(validation(operator)).join('')}}\n`;
      return readTerraform({ paths: ['main.tf'], textOf: () => text }, null)!;
    });
    const taken = processorTime();

    expect(compareModules(before!, after!)).toHaveLength(20_000);
    expect(taken()).toBeLessThan(2_000);
  });
});
