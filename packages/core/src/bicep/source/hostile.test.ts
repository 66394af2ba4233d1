import { describe, expect, it } from 'vitest';

import { processorTime } from '../../../../../tests/support/processor-time.ts';
import { readSource } from './read.ts';

const many = 10_000;
const lines = (make: (index: number) => string) =>
  Array.from({ length: many }, (_, index) => make(index)).join('\n');

describe('a Bicep source that means harm', () => {
  it.each([
    ['a chain of types', `param p t0\n${lines((index) => `type t${index} = t${index + 1}`)}`],
    ['a chain of unions', `param p t0\n${lines((index) => `type t${index} = t${index + 1} | 'a'`)}`],
    ['a chain of parts', `param p t0\n${lines((index) => `type t${index} = t${index + 1}.a`)}`],
    ['a circle', 'param p t\ntype t = u\ntype u = t'],
    ['a circle of parts', "param p t\ntype t = u.a\ntype u = t!\ntype v = v | 'a'"],
    ['names that all objects have', 'param p constructor\nparam q toString.a\nparam __proto__ string'],
  ])('%s', (_, source) => {
    const taken = processorTime();
    const { interface: found } = readSource(() => source, 'main.bicep', null)!;

    expect(found.inputs.map(({ required }) => required)).toEqual(found.inputs.map(() => true));
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
    expect(taken()).toBeLessThan(5_000);
  });

  const uses = lines((index) => `param p${index} t0`);
  const each = lines((index) => `param p${index} t${index}`);

  it.each([
    [
      'a chain of names, each used',
      `type t0 = string\n${lines((index) => `type t${index + 1} = t${index}`)}\n${each}`,
    ],
    [
      'one chain of names, used everywhere',
      `${lines((index) => `type t${index} = t${index + 1}`)}\ntype t${many} = int\n${uses}`,
    ],
  ])('%s', (_, source) => {
    const taken = processorTime();
    const { interface: found, problems } = readSource(() => source, 'main.bicep', null)!;

    expect(found.types).toHaveLength(many + 1);
    expect(problems).toEqual([]);
    expect(taken()).toBeLessThan(5_000);
  });

  it('unions that all hold each other', () => {
    const names = Array.from({ length: 40 }, (_, index) => `t${index}`);
    const source = names
      .map(
        (name, index) =>
          `@discriminator('k')\ntype ${name} = ${names.filter((each) => each !== name).join(' | ')} | { k: 'v${index}', x: ${names[(index + 1) % 40]!}? }`,
      )
      .join('\n');
    const taken = processorTime();
    const { problems } = readSource(() => `param p t0\n${source}`, 'main.bicep', null)!;

    expect(problems.length).toBeLessThan(2);
    expect(taken()).toBeLessThan(2_000);
  });

  it.each([
    [
      'unions of unions',
      `type t0 = 'a'\n${lines((index) => `type t${index + 1} = t${index} | 'a${index}'`)}`,
    ],
    [
      'parts in parts',
      `type t0 = {x: {y: int}}\n${lines((index) => `type t${index + 1} = {x: {y: t${index}.x}}`)}`,
    ],
    [
      'parts with many parts',
      `type t = {x: {${lines((index) => `p${index}: int`)}}}\n${lines((index) => `param p${index} t.x`)}`,
    ],
    [
      'variants of variants',
      `type t0 = {k: 'a'}\n${lines((index) => `@discriminator('k')\ntype t${index + 1} = t${index} | {k: 'a${index}'}`)}`,
    ],
  ])('%s are not written out more often than anybody needs', (_, source) => {
    const taken = processorTime();
    const module = readSource(() => source, 'main.bicep', null)!;

    expect(module.problems).toMatchObject([
      { message: expect.stringContaining('parts of each other'), at: { file: 'main.bicep' } },
    ]);
    expect(JSON.stringify(module).length).toBeLessThan(20_000_000);
    expect(taken()).toBeLessThan(5_000);
  });
});
