import { expect, it } from 'vitest';

import { escaped, printable } from './printable.ts';

it.each([
  ['plain text, ümläut, 漢字, 🚀', 'plain text, ümläut, 漢字, 🚀'],
  ['lines\nand\r\ntabs\t.', 'lines\nand\r\ntabs\t.'],
  ['\u001B[2Jgone', '\u{fffd}[2Jgone'],
  ['over\rwritten', 'over\u{fffd}written'],
  ['\u009B31m, \u007F, \u0000', '\u{fffd}31m, \u{fffd}, \u{fffd}'],
  ['user\u202Eresu\u2066', 'user\u{fffd}resu\u{fffd}'],
  ['a\u2028b\u2029c\u{E0001}', 'a\u{fffd}b\u{fffd}c\u{fffd}'],
])('%j is shown as %j', (text, shown) => {
  expect(printable(text)).toBe(shown);
});

it('is escaped in JSON, which means the same', () => {
  const value = { '\u202Ea': 'b\u009B\u{E0001}\u001B\u2028', c: ['ü\n\t'] };
  const text = escaped(JSON.stringify(value, null, 2));

  expect(JSON.parse(text)).toEqual(value);
  expect(printable(text)).toBe(text);
});
