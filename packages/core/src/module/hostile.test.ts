import { describe, expect, it } from 'vitest';

import { processorTime } from '../../../../tests/support/processor-time.ts';
import { bicepSections } from '../docs/bicep-readme.ts';
import { inputSchema } from './input-schema.ts';
import { inputTypes } from './input-types.ts';
import { moduleOf } from './model.suite.ts';
import type { Module } from './model.ts';
import type { Type } from './type.ts';

const many = 20_000;
const range = (length: number) => Array.from({ length }, (_, index) => index);
const reference = (name: string): Type => ({ kind: 'reference', name });

/** Types that each use the next, all of them used by an input. */
function chain(
  link: (next: Type) => Type,
  nameOf = (index: number) => `t${index}`,
  last: Type = 'int',
): Module {
  const input = (index: number) => ({
    name: `p${index}`,
    type: reference(nameOf(index)),
    typeText: '',
    required: true,
    allowed: [index],
    minLength: 1,
  });
  const type = (index: number) => ({
    name: nameOf(index),
    type: index === many - 1 ? last : link(reference(nameOf(index + 1))),
    exported: false,
    allowed: [1],
    minLength: 1,
  });
  return moduleOf({ inputs: range(many).map(input), types: range(many).map(type) });
}

const objectOf = (next: Type): Type => ({
  kind: 'object',
  properties: [{ name: 'next', type: next, required: true }],
});
const odd = (index: number) => String.fromCodePoint(0x4e00 + index);

const cases: readonly (readonly [title: string, module: Module])[] = [
  ['names of names', chain((next) => next)],
  ['names of names in a circle', chain((next) => next, undefined, reference('t0'))],
  ['objects in objects', chain(objectOf)],
  ['lists of lists', chain((next) => ({ kind: 'array', element: next }))],
  [
    'variants of variants',
    chain((type) => ({ kind: 'discriminated', property: 'p', variants: [{ value: 'v', type }] })),
  ],
  ['unions of unions', chain((next) => ({ kind: 'union', members: ['string', next] }))],
  [
    'types written out and named in turns',
    chain((next) => range(5).reduce<Type>((type) => objectOf(type), next)),
  ],
  ['names that are no names in TypeScript', chain((next) => next, odd)],
];

describe.each(cases)('what is made of %s', (_, module) => {
  it.each([
    ['the schema', inputSchema],
    ['the types', inputTypes],
    ['the documentation', bicepSections],
  ])('%s', (__, make) => {
    const taken = processorTime();
    make(module);

    expect(taken()).toBeLessThan(8_000);
  });
});
