import { expect, it } from 'vitest';

import { positionsIn } from './source.ts';

it('finds lines and columns, whatever ends a line', () => {
  const text = 'a\nbc\r\n\rd\u{1F600}e';
  const positionOf = positionsIn(text);
  const shown = Array.from({ length: text.length + 1 }, (_, offset) => {
    const { line, column } = positionOf(offset);
    return `${line}:${column}`;
  });

  expect(shown).toEqual('1:1 1:2 2:1 2:2 2:3 2:4 3:1 4:1 4:2 4:3 4:4 4:5'.split(' '));
});

it('finds the only line of an empty text', () => {
  expect(positionsIn('')(0)).toEqual({ line: 1, column: 1 });
});
