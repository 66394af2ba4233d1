import { expect, it } from 'vitest';

import { parseBicep } from './file.ts';
import { outline } from './outline.ts';
import { flawsOf } from './sound-tree.ts';

it.each([
  ['string?', 'nullable-type(named-type("string"))'],
  [
    "'a' | 'b' | null | -1 | !true",
    'union-type([string(["a"]), string(["b"]), null, unary-type("-", integer(1)), unary-type("!", boolean(value))])',
  ],
  ["\n  | 'a'\n  | 'b'", 'union-type([string(["a"]), string(["b"])])'],
  ["'a'\n  | b[]?", 'union-type([string(["a"]), nullable-type(array-type(named-type("b")))])'],
  ['int[][]', 'array-type(array-type(named-type("int")))'],
  [
    '(string | int)[]',
    'array-type(parenthesized-type(union-type([named-type("string"), named-type("int")])))',
  ],
  [
    "{\n  @description('d')\n  @sys.minLength(1)\n\n  a: string?\n  'b-c': 'x' | 'y'\n  *: int\n}",
    'object-type([property-type([decorator(call(description, [string(["d"])])), decorator(call(variable("sys"), minLength, [integer(1)]))], a, nullable-type(named-type("string"))), property-type(string(["b-c"]), union-type([string(["x"]), string(["y"])])), additional-properties(named-type("int"))])',
  ],
  [
    '{ a: string, *: b }',
    'object-type([property-type(a, named-type("string")), additional-properties(named-type("b"))])',
  ],
  ['{}', 'object-type'],
  [
    "[string, 'a'?]",
    'tuple-type([tuple-item(named-type("string")), tuple-item(nullable-type(string(["a"])))])',
  ],
  [
    '[\n  @secure()\n  string\n  int\n]',
    'tuple-type([tuple-item([decorator(call(secure))], named-type("string")), tuple-item(named-type("int"))])',
  ],
  [
    'a.b.c[0][*].*',
    'additional-properties-type(item-type(index-type(member-type(member-type(named-type("a"), b), c), integer(0))))',
  ],
  ['a!', 'non-null-type(named-type("a"))'],
  [
    "resourceInput<'Microsoft.Storage/storageAccounts@2024-01-01'>.properties.sku",
    'member-type(member-type(generic-type(resourceInput, [string(["Microsoft.Storage/storageAccounts@2024-01-01"])]), properties), sku)',
  ],
  ['sys.array<string>', 'generic-type(named-type("sys"), array, [named-type("string")])'],
  ["resourceOutput<\n  'a@b'\n>?", 'nullable-type(generic-type(resourceOutput, [string(["a@b"])]))'],
  ["resource<'a@b'>", 'generic-type(resource, [string(["a@b"])])'],
  ["resource 'a@b'", 'resource-type(string(["a@b"]))'],
  ["'a${b}'", 'string(["a", ""], [variable("b")])'],
])('%j', (text, expected) => {
  const tree = parseBicep(`type x = ${text}`);
  const [statement] = tree.root.statements;

  expect(statement?.kind === 'type' && outline(statement.type)).toBe(expected);
  expect([tree.problems, flawsOf(tree)]).toEqual([[], []]);
});
