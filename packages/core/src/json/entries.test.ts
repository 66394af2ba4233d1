import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { hasMoreEntries } from './entries.ts';

function entriesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce<number>((sum, each) => sum + 1 + entriesOf(each), 0);
}

describe('the entries of JSON', () => {
  it.each([
    ['', 0],
    ['1', 0],
    ['[]', 0],
    ['[ \n]', 0],
    ['[1]', 1],
    ['[ null ]', 1],
    ['[[]]', 1],
    ['[[],{}]', 2],
    ['{"a":{},"b":[1,"x"]}', 4],
    ['["[1,2,3]","\\",\\","{"]', 3],
  ])('%s: %i', (text, entries) => {
    expect([hasMoreEntries(text, entries - 1), hasMoreEntries(text, entries)]).toEqual([true, false]);
  });

  it('are those of the value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 2 }), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const entries = entriesOf(value);

        expect([hasMoreEntries(text, entries - 1), hasMoreEntries(text, entries)]).toEqual([true, false]);
      }),
    );
  });
});
