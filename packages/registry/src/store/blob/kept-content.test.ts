import { expect, it } from 'vitest';

import type { Digest } from '@ashlar/core';

import { type KeptContent, keptContent } from './kept-content.ts';

const digest = (name: string) => name as Digest;
const bytes = (size: number) => Buffer.alloc(size);

function held(kept: KeptContent, ...names: string[]): string[] {
  return names.filter((name) => kept.has(digest(name)));
}

it('gives what was kept for the same revision only', () => {
  const kept = keptContent(100, 100);
  const content = bytes(10);
  kept.keep(digest('a'), '1', content);

  expect(kept.get(digest('a'), '1')).toBe(content);
  expect(kept.get(digest('a'), '2')).toBeUndefined();
  expect(kept.get(digest('b'), '1')).toBeUndefined();
});

it('lets those go that nobody has asked for', () => {
  const kept = keptContent(30, 30);
  for (const name of ['a', 'b', 'c']) kept.keep(digest(name), '1', bytes(10));
  kept.get(digest('a'), '1');
  kept.keep(digest('d'), '1', bytes(10));

  expect(held(kept, 'a', 'b', 'c', 'd')).toEqual(['a', 'c', 'd']);
});

it('counts a blob once, however often it is kept, and not when it is forgotten', () => {
  const kept = keptContent(30, 30);
  for (let time = 0; time < 5; time++) kept.keep(digest('a'), String(time), bytes(10));
  kept.keep(digest('b'), '1', bytes(20));
  expect(held(kept, 'a', 'b')).toEqual(['a', 'b']);
  kept.forget(digest('b'));
  kept.forget(digest('b'));
  kept.keep(digest('c'), '1', bytes(20));
  expect(held(kept, 'a', 'b', 'c')).toEqual(['a', 'c']);
});

it('does not keep what is larger than the largest', () => {
  const kept = keptContent(30, 20);
  kept.keep(digest('a'), '1', bytes(20));
  kept.keep(digest('b'), '1', bytes(21));

  expect(held(kept, 'a', 'b')).toEqual(['a']);
});
