import { expect, it } from 'vitest';

import { parseBicepParameters } from './file.ts';
import { outline } from './outline.ts';
import { flawsOf } from './sound-tree.ts';

it.each([
  ["using 'main.bicep'", 'using(string(["main.bicep"]))'],
  ['using none', 'using'],
  ["using 'a' with { b: c }", 'using(string(["a"]), object([property(b, variable("c"))]))'],
  ["extends 'base.bicepparam'", 'extends(string(["base.bicepparam"]))'],
  ['param a = { b: 1 }', 'assignment(a, object([property(b, integer(1))]))'],
  ['var a = 1', 'var(a, integer(1))'],
  ["import * as a from 'b'", 'import(a, string(["b"]))'],
  ["import { a } from 'b'", 'import([import-symbol(a)], string(["b"]))'],
  ['extension a', 'extension(a)'],
  ['extensionConfig a with { b: c }', 'extension-config(a, object([property(b, variable("c"))]))'],
  ['type a = string', 'type(a, named-type("string"))'],
  [
    "@description('d')\nparam a = 1",
    'assignment([decorator(call(description, [string(["d"])]))], a, integer(1))',
  ],
])('%j', (text, expected) => {
  const tree = parseBicepParameters(text);

  expect(tree.root.statements.map(outline)).toEqual([expected]);
  expect([tree.problems, flawsOf(tree)]).toEqual([[], []]);
});
