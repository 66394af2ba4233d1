import { expect, it } from 'vitest';

import { parseBicep } from './file.ts';
import { literalValue } from './literal.ts';

it.each([
  ["'a'", 'a'],
  ['9007199254740991', 9007199254740991],
  ['9007199254740993', 9007199254740993n],
  ['-1', -1],
  ['-9223372036854775808', -9223372036854775808n],
  ['true', true],
  ['false', false],
  ['null', null],
  ["[1, 'a', []]", [1, 'a', []]],
  ["{ a: 1, 'b c': [null] }", { a: 1, 'b c': [null] }],
  ['{}', {}],
  ["'${a}'", undefined],
  ['a', undefined],
  ['!true', undefined],
  ["-'a'", undefined],
  ['[a]', undefined],
  ['[...[1]]', undefined],
  ['{ a: b }', undefined],
  ["{ 'a${b}': 1 }", undefined],
  ['{ ...a }', undefined],
  ['1 + 1', undefined],
])('%s', (text, value) => {
  const [statement] = parseBicep(`var x = ${text}`).root.statements;

  expect(statement?.kind === 'var' && literalValue(statement.value)).toEqual(value);
});

it('keeps a property that is named like the prototype', () => {
  const [statement] = parseBicep('var x = { __proto__: 1 }').root.statements;

  expect(statement?.kind === 'var' && Object.entries(literalValue(statement.value)!)).toEqual([
    ['__proto__', 1],
  ]);
});
