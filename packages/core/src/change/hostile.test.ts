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

  const local = (source: string, name: string) => `module "${name}" {\n  source = "${source}"\n}\n`;
  const resources = (letter: string, count = 300) =>
    range(count)
      .map((index) => `resource "x_y" "${letter}${index}" {}\n`)
      .join('');
  const folders = (count: number, textOf: (index: number) => string) =>
    Object.fromEntries(range(count).map((index) => [`f${index}/main.tf`, textOf(index)]));
  const moves = (from: (index: number) => string) =>
    range(many)
      .map((index) => `moved {\n  from = ${from(index)}\n  to   = x_y.b0\n}\n`)
      .join('');
  const deep = 'module.m0.'.repeat(2_000);

  it.each([
    [
      'one folder in place of which come very many',
      {
        'main.tf': range(2_000)
          .map((index) => local('./f0', `m${index}`))
          .join(''),
        ...folders(1, () => resources('a', 3_000)),
      },
      {
        'main.tf': range(2_000)
          .map((index) => local(`./f${index}`, `m${index}`))
          .join(''),
        ...folders(2_000, () => 'resource "x_y" "b" {}\n'),
      },
    ],
    [
      'folders that each call all others',
      ...(['a', 'b'].map((letter) => ({
        'main.tf': local('./f0', 'm'),
        ...folders(
          150,
          () =>
            resources(letter) +
            range(100)
              .map((index) => local(`../f${index}`, `m${index}`))
              .join(''),
        ),
      })) as unknown as [Record<string, string>, Record<string, string>]),
    ],
    [
      'calls that are twice as many at each depth, moved out',
      {
        'main.tf': local('./f0', 'm'),
        ...folders(100, (index) => local(`../f${index + 1}`, 'l') + local(`../f${index + 1}`, 'r')),
        'f100/main.tf': resources('a'),
      },
      { 'main.tf': `resource "x_y" "b0" {}\n${moves((index) => `module.m.module.l.x_y.a${index}`)}` },
    ],
    [
      'callers that each say something about what is gone',
      {
        'main.tf': range(many)
          .map((index) => local('./f0', `m${index}`))
          .join(''),
        'f0/main.tf': range(many)
          .map((index) => `resource "x_y" "a${index}" {}\n`)
          .join(''),
      },
      {
        'main.tf': `resource "x_y" "b0" {}\n${moves((index) => `module.m${index}.x_y.a0`)}${range(many)
          .map((index) => local('./f0', `m${index}`))
          .join('')}`,
        'f0/main.tf': '',
      },
    ],
    [
      'addresses through more calls than anybody follows',
      {
        'main.tf': local('./f0', 'm0') + resources('a'),
        'f0/main.tf': local('../f0', 'm0') + resources('a'),
      },
      {
        'main.tf': `${local('./f0', 'm0')}${range(300)
          .map(
            (index) =>
              `moved {\n  from = x_y.a${index}\n  to   = ${index === 0 ? deep : 'module.m0.'.repeat(100)}x_y.b\n}\n`,
          )
          .join('')}`,
        'f0/main.tf': local('../f0', 'm0'),
      },
    ],
  ])('modules that are called by path: %s', (_, before, after) => {
    const modules = [before, after].map((files) => terraformModule(files));
    const taken = processorTime();

    expect(compareModules(modules[0]!, modules[1]!)).not.toEqual([]);
    expect(taken()).toBeLessThan(4_000);
  });
});
