import { describe, expect, it } from 'vitest';

import { literalValue, parseHclExpression } from './index.ts';

function valueOf(text: string) {
  const { root, problems } = parseHclExpression(text);
  expect(problems).toEqual([]);
  return literalValue(root);
}

describe('the value of an expression', () => {
  it.each<[string, unknown]>([
    ['"a\\n$${b}"', 'a\n${b}'],
    ['"e\\u0301"', 'é'],
    ['<<-X\n    a\n   b\n  X\n', ' a\nb\n'],
    ['12', 12],
    ['-12.50', -12.5],
    ['-0', 0],
    ['1.5e3', 1500],
    ['0.1', 0.1],
    ['000', 0],
    ['9007199254740993', '9007199254740993'],
    ['-12345678901234567890', '-12345678901234567890'],
    ['12345678901234567000', 12345678901234567000],
    ['0.10000000000000000001', '0.10000000000000000001'],
    ['1e400', '1e400'],
    ['100000000000000000000000', 1e23],
    ['true', true],
    ['!true', false],
    ['null', null],
    ['(("a"))', 'a'],
    ['[]', []],
    ['[1, "a", [null]]', [1, 'a', [null]]],
    ['{}', {}],
    ['{a = 1, "b" = {c = [true]}, 3 = 4, (null) = 1}', undefined],
    [
      '{a = 1, "b" = {c = [true]}, 3 = 4, ("d") = 5, true = 6, null = 7}',
      { a: 1, b: { c: [true] }, 3: 4, d: 5, true: 6, null: 7 },
    ],
    ['{a = 1, a = 2}', { a: 2 }],
    ['a', undefined],
    ['"${"a"}"', undefined],
    ['[a]', undefined],
    ['{a = b}', undefined],
    ['{(a) = 1}', undefined],
    ['f()', undefined],
    ['1 + 1', undefined],
    ['-"1"', undefined],
    ['!1', undefined],
    ['[for a in []: a]', undefined],
    ['[1][0]', undefined],
  ])('%s', (text, expected) => {
    expect(valueOf(text)).toEqual(expected === undefined ? undefined : { value: expected });
  });

  it('has a name that every object has as its own', () => {
    const value = valueOf('{__proto__ = 1}')?.value as object;
    expect(Object.entries(value)).toEqual([['__proto__', 1]]);
  });

  it('is nothing where something is missing', () => {
    expect(literalValue(parseHclExpression('[1, ').root)).toBeUndefined();
  });
});
