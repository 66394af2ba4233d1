import { expect, it } from 'vitest';

import { bareExpression } from './bare.ts';

const same: readonly (readonly [string, string])[] = [
  ['a ? b : c', 'a\n  ? b\n  : c'],
  ['{ a: 1, b: 2 }', '{\n  a: 1\n  b: 2\n}'],
  ['[ 1, 2 ]', '[\n  1\n  2 // two\n]'],
  ['{ a: b ? 1 : 2 }', '{\n  a: b\n    ? 1\n    : 2\n}'],
  ['f(a, b)', 'f(\n  a,\n  b\n)'],
  ["format('{0} {1}',parameters('a'),  1)", "format('{0} {1}', parameters('a'), 1)"],
  ["'a${ f( 1 ) }'", "'a${f(1)}'"],
];

it.each(same)('%j is laid out in another way than %j', (left, right) => {
  expect(bareExpression(left)).toBe(bareExpression(right));
});

const different: readonly (readonly [string, string])[] = [
  ['[\n  1\n  2\n]', '[ 12 ]'],
  ["'a b'", "'a  b'"],
  ["'${f('a b')}'", "'${f('a  b')}'"],
  ['[ a, -1 ]', '[ a - 1 ]'],
  ['f(a)', 'f(b)'],
];

it.each(different)('%j is another expression than %j', (left, right) => {
  expect(bareExpression(left)).not.toBe(bareExpression(right));
});
