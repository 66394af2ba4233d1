import { expect, it } from 'vitest';

import { differingLines } from './differing-lines.ts';

const many = Array.from({ length: 20 }, (_, index) => `${index}`).join('\n');

it.each([
  ['a\nb\nc', 'a\nx\nc', ['@@ line 2 @@', '-b', '+x']],
  ['', 'a', ['@@ line 1 @@', '-', '+a']],
  ['a\nb', 'a', ['@@ line 2 @@', '-b']],
  ['a\r\nb', 'a\nb', ['@@ line 3 @@']],
  ['a\na', 'a', ['@@ line 2 @@', '-a']],
])('%j and %j', (before, after, expected) => {
  expect(differingLines(before, after)).toEqual(expected);
});

it('shows the first of many', () => {
  const lines = differingLines('x', many);

  expect([lines.length, lines.at(-1)]).toEqual([15, '+… 8 more lines']);
});
