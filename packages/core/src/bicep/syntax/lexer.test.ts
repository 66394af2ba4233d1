import { expect, it } from 'vitest';

import { tokenize } from './lexer.ts';

function tokensOf(text: string): string[] {
  const { starts, ends, count } = tokenize(text);
  return Array.from({ length: count }, (_, index) => text.slice(starts[index], ends[index]));
}

it.each([
  ['', ['']],
  ['a.b', ['a', '.', 'b', '']],
  ['a...b', ['a', '...', 'b', '']],
  ['a??b?.c::d:e', ['a', '??', 'b', '?', '.', 'c', '::', 'd', ':', 'e', '']],
  ['a=b==c=~d=>e', ['a', '=', 'b', '==', 'c', '=~', 'd', '=>', 'e', '']],
  ['!a!=b!~c', ['!', 'a', '!=', 'b', '!~', 'c', '']],
  ['<=<>=>', ['<=', '<', '>=', '>', '']],
  ['a&&b||c|d', ['a', '&&', 'b', '||', 'c', '|', 'd', '']],
  ['12ab', ['12', 'ab', '']],
  ['\uFEFFa', ['a', '']],
  ['a\r\n \n\t// b\n\nc', ['a', '\r\n \n\t// b\n\n', 'c', '']],
  ["'a${b}c${{}}d'e", ["'a${", 'b', '}c${', '{', '}', "}d'", 'e', '']],
  ["''''a''''", ["''''a''''", '']],
  ["$$'''${a}$$${b}'''", ["$$'''${a}$$${", 'b', "}'''", '']],
  ["'\\'\\${a}'", ["'\\'\\${a}'", '']],
  ['\u00e9\u{1F600}a', ['\u00e9\u{1F600}', 'a', '']],
])('%j', (text, tokens) => {
  expect(tokensOf(text)).toEqual(tokens);
});

it('keeps comments and directives beside the tokens', () => {
  const text =
    '/* a\n*/ b // c\r\n  #disable-next-line d e-f // g\n#disable-diagnostics h\n#restore-diagnostics i \nj';
  const { comments, problems } = tokenize(text);

  expect(problems).toEqual([]);
  expect(comments.map(({ kind, start, end }) => [kind, text.slice(start, end)])).toEqual([
    ['block', '/* a\n*/'],
    ['line', '// c'],
    ['line', '#disable-next-line d e-f'],
    ['line', '// g'],
    ['line', '#disable-diagnostics h'],
    ['line', '#restore-diagnostics i'],
  ]);
});

it('ends a string and all around it where a line ends in a hole', () => {
  expect(tokensOf("'a${'b${\nc")).toEqual(["'a${", "'b${", '', '\n', 'c', '']);
});
