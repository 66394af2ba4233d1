import { describe, expect, it } from 'vitest';

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
    const started = performance.now();
    const { interface: found } = readSource(() => source, 'main.bicep', null)!;
    const taken = performance.now() - started;

    expect(found.inputs.map(({ required }) => required)).toEqual(found.inputs.map(() => true));
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
    expect(taken).toBeLessThan(5_000);
  });
});
