import fc from 'fast-check';
import { expect, it } from 'vitest';

import { canonicalJson } from './canonical.ts';

it('does not count the order of names, and does count that of elements', () => {
  expect(canonicalJson({ b: [{ d: 1, c: null }, 2], a: 'x' })).toBe('{"a":"x","b":[{"c":null,"d":1},2]}');
  expect(canonicalJson(undefined)).toBeUndefined();
});

it('is the value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonicalJson(value)!)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
