import { expect, it } from 'vitest';

import { parseBicep } from './file.ts';
import { outline } from './outline.ts';
import { flawsOf } from './sound-tree.ts';

it.each([
  [
    '1 + 2 * 3 - -4 % 5',
    'binary("-", binary("+", integer(1), binary("*", integer(2), integer(3))), binary("%", unary("-", integer(4)), integer(5)))',
  ],
  [
    'a || b && c == d ?? e',
    'binary("??", binary("||", variable("a"), binary("&&", variable("b"), binary("==", variable("c"), variable("d")))), variable("e"))',
  ],
  [
    'a < b == (c >= d)',
    'binary("==", binary("<", variable("a"), variable("b")), parenthesized(binary(">=", variable("c"), variable("d"))))',
  ],
  [
    'a =~ b != c !~ d',
    'binary("!~", binary("!=", binary("=~", variable("a"), variable("b")), variable("c")), variable("d"))',
  ],
  [
    '!a.b && !(c)',
    'binary("&&", unary("!", member(variable("a"), b)), unary("!", parenthesized(variable("c"))))',
  ],
  [
    'a ? b : c ? d : e',
    'conditional(variable("a"), variable("b"), conditional(variable("c"), variable("d"), variable("e")))',
  ],
  ['a\n  ? b\n  : c', 'conditional(variable("a"), variable("b"), variable("c"))'],
  [
    'a.b.?c[0][?d][^1][?^2]!::e',
    'nested-resource(non-null(index(index(index(index(member(member(variable("a"), b), c, safe), integer(0)), variable("d"), safe), integer(1), fromEnd), integer(2), safe, fromEnd)), e)',
  ],
  ["az.f(1, 'x').g()", 'call(call(variable("az"), f, [integer(1), string(["x"])]), g)'],
  ['f(\n  a,\n  b\n)', 'call(f, [variable("a"), variable("b")])'],
  ['map(a, i => i.x)', 'call(map, [variable("a"), lambda([i], member(variable("i"), x))])'],
  [
    'reduce(a, 0, (x, y) => x + y)',
    'call(reduce, [variable("a"), integer(0), lambda([x, y], binary("+", variable("x"), variable("y")))])',
  ],
  ['map(a, (\n  x,\n  y\n) =>\n  x)', 'call(map, [variable("a"), lambda([x, y], variable("x"))])'],
  ['() => 1', 'lambda(integer(1))'],
  ['[]', 'array'],
  ['{}', 'object'],
  ['[1, 2]', 'array([integer(1), integer(2)])'],
  ['[\n  1\n  ...a\n\n  [2] // two\n]', 'array([integer(1), spread(variable("a")), array([integer(2)])])'],
  [
    "{ a: 1, 'b-${c}': 2, if: 3 }",
    'object([property(a, integer(1)), property(string(["b-", ""], [variable("c")]), integer(2)), property(if, integer(3))])',
  ],
  [
    '{\n  a: 1\n  ...b\n  resource: c\n}',
    'object([property(a, integer(1)), spread(variable("b")), property(resource, variable("c"))])',
  ],
  ['[for a in b: a.c]', 'for(a, variable("b"), member(variable("a"), c))'],
  [
    '[for (a, i) in range(0, 3): {\n  n: i\n}]',
    'for(a, i, call(range, [integer(0), integer(3)]), object([property(n, variable("i"))]))',
  ],
  ['[\n  for a in b: a\n]', 'for(a, variable("b"), variable("a"))'],
  ['true ? null : false', 'conditional(boolean(value), null, boolean)'],
  ['9223372036854775807', 'integer(9223372036854775807)'],
  ['resource.type.if', 'member(member(variable("resource"), type), if)'],
  ["'a${b}c${'d${e}'}'", 'string(["a", "c", ""], [variable("b"), string(["d", ""], [variable("e")])])'],
  ["'''\na'b''${c}\n'''", "string(multiline, [\"a'b''${c}\\n\"])"],
  ["$'''a${b}$c'''", 'string(multiline, ["a", "$c"], [variable("b")])'],
  ["$$'''a${b}$$${c}'''", 'string(multiline, ["a${b}$", ""], [variable("c")])'],
  [
    "'${f('}', a[b].c)}'",
    'string(["", ""], [call(f, [string(["}"]), member(index(variable("a"), variable("b")), c)])])',
  ],
  [
    "'${map(x, y => { a: y })}'",
    'string(["", ""], [call(map, [variable("x"), lambda([y], object([property(a, variable("y"))]))])])',
  ],
  ["'it\\'s \\${a} \\u{1F600}\\\\\\n'", 'string(["it\'s ${a} 😀\\\\\\n"])'],
])('%j', (text, expected) => {
  const tree = parseBicep(`var x = ${text}`);
  const [statement] = tree.root.statements;

  expect(statement?.kind === 'var' && outline(statement.value)).toBe(expected);
  expect([tree.problems, flawsOf(tree)]).toEqual([[], []]);
});
