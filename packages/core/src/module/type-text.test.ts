import { expect, it } from 'vitest';

import type { Constraints, Type } from './type.ts';
import { typeText } from './type-text.ts';

const object: Type = {
  kind: 'object',
  properties: [{ name: 'a', type: 'string', required: true, allowed: ['x', 'y'] }],
};

it.each<readonly [type: Type, constraints: Constraints, text: string]>([
  ['string', {}, 'string'],
  ['string', { nullable: true }, 'string?'],
  ['string', { nullable: true, allowed: ['a', 'b'] }, "('a' | 'b')?"],
  ['string', { nullable: true, allowed: ['a | b'] }, "'a | b'?"],
  ['string', { nullable: true, allowed: ["it's | b"] }, String.raw`'it\'s | b'?`],
  ['int', { allowed: [1, -2] }, '1 | -2'],
  ['array', { allowed: ['a'] }, "'a'[]"],
  ['array', { allowed: [['a'], ['b']] }, '[…] | […]'],
  [object, { nullable: true }, "{ a: 'x' | 'y' }?"],
  [{ kind: 'array', element: object }, {}, "{ a: 'x' | 'y' }[]"],
  [{ kind: 'array', element: { kind: 'union', members: [object, 'int'] } }, {}, "({ a: 'x' | 'y' } | int)[]"],
  [{ kind: 'object', properties: [] }, {}, '{ }'],
  [{ kind: 'set', element: { kind: 'map', element: 'number' } }, {}, 'set({ *: number })'],
  [{ kind: 'literal', value: true }, {}, 'true'],
  [
    { kind: 'resource', direction: 'output', resource: 'A/b@1', path: 'properties/x' },
    {},
    "resourceOutput<'A/b@1'>.properties.x",
  ],
])('%j %j is written %s', (type, constraints, text) => {
  expect(typeText(type, constraints)).toBe(text);
});
