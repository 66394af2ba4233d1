import { expect, it } from 'vitest';

import { facts, formatSize, table } from './table.ts';

it('aligns columns, leaves out empty ones and cuts the last to the width', () => {
  const rows = [
    ['NAME', 'EMPTY', 'ABOUT'],
    ['a', '', 'short'],
    ['longer', '', 'a text that does not fit'],
  ];

  expect(table(rows)).toEqual(['NAME    ABOUT', 'a       short', 'longer  a text that does not fit']);
  expect(table(rows, 20)).toEqual(['NAME    ABOUT', 'a       short', 'longer  a text that…']);
});

it('aligns by what is seen, not by the codes of colours', () => {
  expect(
    table([
      ['\u001B[1mA\u001B[22m', 'B'],
      ['aa', 'b'],
    ]),
  ).toEqual(['\u001B[1mA\u001B[22m   B', 'aa  b']);
});

it('leaves out facts without value', () => {
  expect(
    facts([
      ['a', '1'],
      ['long', undefined],
      ['bb', '2'],
    ]),
  ).toEqual(['a   1', 'bb  2']);
});

it.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [999_949, '999.9 kB'],
  [999_950, '1.0 MB'],
  [12_345_678_901, '12.3 GB'],
])('%i bytes are %s', (bytes, text) => expect(formatSize(bytes)).toBe(text));
