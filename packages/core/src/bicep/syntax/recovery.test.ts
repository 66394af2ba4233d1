import { expect, it } from 'vitest';

import { parseBicep } from './file.ts';
import { outline } from './outline.ts';
import { flawsOf } from './sound-tree.ts';

/** What is wrong, as `offset what is there: message`, and what is read nevertheless. */
it.each([
  ['param', ['5 : Expected the name of the parameter.'], ['param(, missing)']],
  ['param a', ['7 : Expected a type.'], ['param(a, missing)']],
  ['param a string =', ['16 : Expected an expression.'], ['param(a, named-type("string"), missing)']],
  [
    'param a string = 1 2\nparam b int',
    ['19 2: Expected a line break.'],
    ['param(a, named-type("string"), integer(1))', 'skipped', 'param(b, named-type("int"))'],
  ],
  [
    'xyz = 1\nvar a = 1',
    [
      '0 xyz: Expected a statement, which begins with one of targetScope, metadata, type, param, var, func, resource, output, module, test, import, extension, provider, assert.',
    ],
    ['skipped', 'var(a, integer(1))'],
  ],
  [
    'var a = {\n  b 1\n  c: 2\n}',
    ['14 1: Expected ":".'],
    ['var(a, object([property(b, missing), property(c, integer(2))]))'],
  ],
  [
    'var a = {\n  b: 1, \n  c: 2\n}',
    ['18 : Expected no line break after ",".'],
    ['var(a, object([property(b, integer(1)), property(c, integer(2))]))'],
  ],
  [
    'var a = [\n  1 2\n  ,\n]\nvar b = 1',
    ['14 : Expected a line break or ",".', '18 ,: Expected an expression.'],
    ['var(a, array([integer(1), integer(2), missing]))', 'var(b, integer(1))'],
  ],
  [
    'var a = f(1 2, 3\n  4)',
    ['12 : Expected ",".', '16 : Expected ",".'],
    ['var(a, call(f, [integer(1), integer(2), integer(3), integer(4)]))'],
  ],
  ['var a = f(1,)', ['12 ): Expected an expression.'], ['var(a, call(f, [integer(1), missing]))']],
  ["var a = '${b c}' ", ['13 c: Expected "}".'], ['var(a, string(["", ""], [variable("b")]))']],
  [
    "var a = '${b\nvar c = 1",
    ['12 : The expression in the string has no end on its line. Expected "}".'],
    ['var(a, string(["", ""], [variable("b")]))', 'var(c, integer(1))'],
  ],
  [
    "var a = 'b\nvar c = 'd\\q\\u{110000}\\u{}'",
    [
      "8 'b: The string has no end on its line. Expected a quote.",
      "21 \\q: The escape is unknown. Expected one of \\n, \\r, \\t, \\\\, \\', \\$, \\u{…}.",
      "23 \\u: The escape is unknown. Expected one of \\n, \\r, \\t, \\\\, \\', \\$, \\u{…}.",
      "33 \\u: The escape is unknown. Expected one of \\n, \\r, \\t, \\\\, \\', \\$, \\u{…}.",
    ],
    ['var(a, string([""]))', 'var(c, string(["d\\\\q\\\\u{110000}\\\\u{}"]))'],
  ],
  [
    "var a = '''b",
    ["8 '''b: The string has no end. Expected three quotes."],
    ['var(a, string(multiline, [""]))'],
  ],
  [
    'var a = (\n  1\n)',
    ['8 (\n  1\n): Expected one expression in parentheses, on one line.'],
    ['var(a, parenthesized(integer(1)))'],
  ],
  [
    'var a = ()',
    ['8 (): Expected one expression in parentheses, on one line.'],
    ['var(a, parenthesized(missing))'],
  ],
  [
    'var a = (1, 2)',
    ['8 (1, 2): Expected one expression in parentheses, on one line.'],
    ['var(a, parenthesized(integer(1)))'],
  ],
  [
    'var a = (1, b) => c',
    ['9 1: Expected the name of a parameter.'],
    ['var(a, lambda([, b], variable("c")))'],
  ],
  [
    'var a = b.?c()',
    ['10 ?: Expected no "?" before the name of a function.'],
    ['var(a, call(variable("b"), c))'],
  ],
  ['var a = b[]', ['10 ]: Expected an expression.'], ['var(a, index(variable("b"), missing))', 'skipped']],
  [
    'var a = "b"',
    [
      '8 ": Expected a string in single quotes (\'), not in double quotes.',
      '10 ": Expected a string in single quotes (\'), not in double quotes.',
    ],
    ['var(a, missing)', 'skipped'],
  ],
  [
    'var a = 18446744073709551616',
    ['8 18446744073709551616: The number is larger than 64 bits.'],
    ['var(a, integer(18446744073709551616))'],
  ],
  ['var a = b ? c', ['13 : Expected ":".'], ['var(a, conditional(variable("b"), variable("c"), missing))']],
  ['var a = [for in b: c]', ['16 b: Expected "in".'], ['var(a, for(in, missing, missing))']],
  ['var a = [for (c) in b: c]', ['15 ): Expected ",".'], ['var(a, for(c, , missing, missing))']],
  ['var a = {', ['9 : Expected "}".'], ['var(a, object)']],
  [
    '@\nparam a string',
    ['1 : Expected the name of a decorator.'],
    ['param([decorator(variable(""))], a, named-type("string"))'],
  ],
  [
    '@a() param b string',
    ['5 : Expected a line break behind the decorator.'],
    ['param([decorator(call(a))], b, named-type("string"))'],
  ],
  ['@a()\n', ['0 @a(): Expected a statement behind the decorator.'], ['skipped']],
  [
    "resource 'b@c' = {\n  d: 1\n}",
    ["9 'b@c': Expected the name of the resource."],
    ['resource(, string(["b@c"]), object([property(d, integer(1))]))'],
  ],
  [
    "resource a 'b' {\n  c: 1\n}",
    ['15 {: Expected "=".'],
    ['resource(a, string(["b"]), object([property(c, integer(1))]))'],
  ],
  [
    'module a = if (b) {\n}',
    ['9 =: Expected the path of the module in quotes.'],
    ['module(a, missing, if(parenthesized(variable("b")), object))'],
  ],
  ["module a 'b' = if {\n}", ['18 {: Expected "(".'], ['module(a, string(["b"]), if(missing, object))']],
  [
    "resource a 'b' = {\n  @c()\n  d: 1\n}",
    ['21 @c(): Expected a resource behind the decorator.'],
    ['resource(a, string(["b"]), object([missing]))'],
  ],
  ['type a = |', ['10 : Expected a type.'], ['type(a, union-type([missing]))']],
  [
    'type a = {\n  b: string int\n  5: c\n}',
    ['23 : Expected a line break or ",".', '26 : Expected ":".', '29 5: Expected the name of a property.'],
    [
      'type(a, object-type([property-type(b, named-type("string")), property-type(int, missing), property-type(, missing)]))',
    ],
  ],
  ['type a = [string', ['16 : Expected "]".'], ['type(a, tuple-type([tuple-item(named-type("string"))]))']],
  [
    "type a = resourceInput<'a'",
    ['26 : Expected ">".'],
    ['type(a, generic-type(resourceInput, [string(["a"])]))'],
  ],
  ["import a from 'b'", ['7 a: Expected "{" or "*".'], ['import(, missing)', 'skipped']],
  [
    "import { 'a' } from 'b'",
    ['13 }: Expected "as" and a name.'],
    ['import([import-symbol(string(["a"]))], string(["b"]))'],
  ],
  ["import { a } 'b'", ['13 \'b\': Expected "from".'], ['import([import-symbol(a)], missing)', 'skipped']],
  ['/* a', ['0 /* a: The comment has no end. Expected "*/".'], []],
  [
    '#disable-next-line\nvar a = 1',
    ['0 #disable-next-line: Expected codes of diagnostics after "#disable-next-line".'],
    ['var(a, integer(1))'],
  ],
  [
    'var a = 1 #disable-next-line b',
    ['10 #: Nothing in Bicep begins with this character.'],
    ['var(a, integer(1))', 'skipped'],
  ],
  ['extension a with b', ['17 b: Expected "{".'], ['extension(a, missing)', 'skipped']],
  ['var a = 1;', ['9 ;: Nothing in Bicep begins with this character.'], ['var(a, integer(1))', 'skipped']],
  [
    'func f(a) => 1',
    ['8 ): Expected a type.', '10 =>: Expected a type.'],
    ['func(f, [func-parameter(a, missing)], missing, missing)', 'skipped'],
  ],
])('%j', (text, problems, statements) => {
  const tree = parseBicep(text);
  const told = tree.problems.map(
    ({ start, end, message }) => `${start} ${text.slice(start, end)}: ${message}`,
  );

  expect({ told, statements: tree.root.statements.map(outline) }).toEqual({ told: problems, statements });
  expect(flawsOf(tree)).toEqual([]);
});
