import { expect, it } from 'vitest';

import type { Place } from './entry.ts';
import { type Order, pageAfter } from './page.ts';

/** Entries in no order, some of the same time. */
const entries = Array.from({ length: 100 }, (_, i): Place => {
  const n = (i * 37) % 100;
  return { key: `k${n}`, time: n % 7, order: String(n).padStart(3, '0') };
});

async function* inPieces(size: number): AsyncGenerator<Place[]> {
  for (let start = 0; start < entries.length; start += size) yield entries.slice(start, start + size);
}

async function allPages(order: Order, limit: number, size: number): Promise<string[]> {
  const seen: Place[] = [];
  for (;;) {
    const page = await pageAfter(inPieces(size), { order, limit, after: seen.at(-1) });
    seen.push(...page.entries);
    if (!page.hasMore) return seen.map(({ key }) => key);
  }
}

const byVersion = Array.from({ length: 100 }, (_, n) => n);
const byTime = byVersion.toSorted((a, b) => (a % 7) - (b % 7));

it.each<[Order, number[]]>([
  ['version', byVersion],
  ['timeasc', byTime],
  ['timedesc', byTime.toReversed()],
])('gives every entry once in pages by %s', async (order, expected) => {
  for (const limit of [1, 2, 9, 99, 100, 1000]) {
    for (const size of [3, 100])
      expect(await allPages(order, limit, size)).toEqual(expected.map((n) => `k${n}`));
  }
});

it('gives a page without entries when none are asked for', async () => {
  const page = await pageAfter(inPieces(10), { order: 'version', limit: 0, after: undefined });

  expect(page).toEqual({ entries: [], hasMore: true });
});
