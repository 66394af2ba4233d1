import { expect, it } from 'vitest';

import { parseBicep } from './file.ts';
import { outline } from './outline.ts';
import { flawsOf } from './sound-tree.ts';

it.each([
  ["targetScope = 'subscription'", 'target-scope(string(["subscription"]))'],
  ["metadata name = 'n'", 'metadata(name, string(["n"]))'],
  [
    "@allowed(['a'])\n@sys.description('d')\nparam a string = 'a'",
    'param([decorator(call(allowed, [array([string(["a"])])])), decorator(call(variable("sys"), description, [string(["d"])]))], a, named-type("string"), string(["a"]))',
  ],
  [
    "@secure()\nparam a resource 'a@b'",
    'param([decorator(call(secure))], a, resource-type(string(["a@b"])))',
  ],
  ['var a = 1', 'var(a, integer(1))'],
  ['var a int = 1', 'var(a, named-type("int"), integer(1))'],
  ['@export()\ntype a = string', 'type([decorator(call(export))], a, named-type("string"))'],
  [
    "func f(a string, b int?) string => '${a}${b}'",
    'func(f, [func-parameter(a, named-type("string")), func-parameter(b, nullable-type(named-type("int")))], named-type("string"), string(["", "", ""], [variable("a"), variable("b")]))',
  ],
  [
    'func f(\n  a string,\n  b int\n) bool =>\n  true',
    'func(f, [func-parameter(a, named-type("string")), func-parameter(b, named-type("int"))], named-type("bool"), boolean(value))',
  ],
  ['func f() int => 1', 'func(f, named-type("int"), integer(1))'],
  [
    "resource a 'b@c' = {\n  name: 'n'\n  resource d 'e' existing = {\n    name: 'm'\n  }\n  resource: 1\n  @batchSize(1)\n  resource g 'h' = [for i in j: {}]\n}",
    'resource(a, string(["b@c"]), object([property(name, string(["n"])), resource(d, string(["e"]), existing, object([property(name, string(["m"]))])), property(resource, integer(1)), resource([decorator(call(batchSize, [integer(1)]))], g, string(["h"]), for(i, variable("j"), object))]))',
  ],
  [
    "resource a 'b@c' existing = if (d) {}",
    'resource(a, string(["b@c"]), existing, if(parenthesized(variable("d")), object))',
  ],
  [
    "resource a 'b@c' =\n  if (d) {}",
    'resource(a, string(["b@c"]), if(parenthesized(variable("d")), object))',
  ],
  [
    "resource a 'b@c' = [for (i, n) in d: if (i.e) {}]",
    'resource(a, string(["b@c"]), for(i, n, variable("d"), if(parenthesized(member(variable("i"), e)), object)))',
  ],
  ["module a 'br/public:avm/res/b:1.0.0' = {}", 'module(a, string(["br/public:avm/res/b:1.0.0"]), object)'],
  [
    "module a './b.bicep' = if (c == 'd') {}",
    'module(a, string(["./b.bicep"]), if(parenthesized(binary("==", variable("c"), string(["d"]))), object))',
  ],
  [
    "module a 'ts:b' = [for i in c: {\n  params: i\n}]",
    'module(a, string(["ts:b"]), for(i, variable("c"), object([property(params, variable("i"))])))',
  ],
  [
    "test a 'b.bicep' = {\n  params: {}\n}",
    'test(a, string(["b.bicep"]), object([property(params, object)]))',
  ],
  ['output a string = b.c', 'output(a, named-type("string"), member(variable("b"), c))'],
  ['output a resource = b', 'output(a, resource-type, variable("b"))'],
  ['assert a = b == 1', 'assert(a, binary("==", variable("b"), integer(1)))'],
  [
    "import { a, b as c, 'd-e' as f } from 'g.bicep'",
    'import([import-symbol(a), import-symbol(b, c), import-symbol(string(["d-e"]), f)], string(["g.bicep"]))',
  ],
  ["import {\n  a\n  b\n} from 'c'", 'import([import-symbol(a), import-symbol(b)], string(["c"]))'],
  ["import * as a from 'b.bicep'", 'import(a, string(["b.bicep"]))'],
  ["import 'a@1' with {} as b", 'extension(string(["a@1"]), object, b)'],
  ["provider 'a@1' as b", 'extension(string(["a@1"]), b)'],
  ['extension a', 'extension(a)'],
  [
    "extension 'br:a/b:1' with {\n  c: d\n} as e",
    'extension(string(["br:a/b:1"]), object([property(c, variable("d"))]), e)',
  ],
  ['extension a as b', 'extension(a, b)'],
])('%j', (text, expected) => {
  const tree = parseBicep(text);

  expect(tree.root.statements.map(outline)).toEqual([expected]);
  expect([tree.problems, flawsOf(tree)]).toEqual([[], []]);
});
