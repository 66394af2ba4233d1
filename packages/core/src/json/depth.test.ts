import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { limits } from '../limit/index.ts';
import { isTooDeep } from './depth.ts';

const deep = limits.jsonDepth.value;
const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth: number) => `${'{"a":'.repeat(depth)}0${'}'.repeat(depth)}`;

describe('the depth of JSON', () => {
  it.each([
    ['lists', lists],
    ['objects', objects],
    ['both', (depth: number) => `[${objects(depth - 1)}]`],
    ['one after another', (depth: number) => `[${lists(depth - 1)},${lists(depth - 1)}]`],
  ])('of %s has a limit', (_, make) => {
    expect(isTooDeep(make(deep))).toBe(false);
    expect(isTooDeep(make(deep + 1))).toBe(true);
  });

  it('does not count brackets in texts', () => {
    const text = `\\"${'['.repeat(deep * 2)}\\\\`;

    expect(isTooDeep(`["${text}"]`)).toBe(false);
    expect(isTooDeep(`["${text}",${lists(deep)}]`)).toBe(true);
  });

  it('is that of the value', () => {
    const depthOf = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const missing = deep - depthOf(value);
        const wrapped = (levels: number) => '['.repeat(levels) + JSON.stringify(value) + ']'.repeat(levels);

        expect(isTooDeep(wrapped(missing))).toBe(false);
        expect(isTooDeep(wrapped(missing + 1))).toBe(true);
      }),
    );
  });
});
