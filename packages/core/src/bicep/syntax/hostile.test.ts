import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { processorTime } from '../../../../../tests/support/processor-time.ts';
import { childrenOf, type SyntaxNode } from '../../syntax/index.ts';
import { parseBicep, parseBicepParameters } from './file.ts';
import { flawsOf } from './sound-tree.ts';

const before = [
  '',
  'var x = ',
  'type x = ',
  'param x ',
  "resource a 'b' = ",
  'func f(',
  'import ',
  "var x = '${",
];
/** Separated by white space; `~` stands for a space, `^` for a line break. */
const again =
  `[ ( { < ! - ? : | @ . , = } ' " \\ # $ 1 x ~ ^ ' '^ ''' \${ '\${ $'''\${ }' // /* /**/~ '\\u{ ...
  a. a! a[ a( a< a? a: a?b: a+ a|| a, a| .?a [?a ::a -( a=> ()=> (a)=>^ [] [for~a~in~ if( {a: f(a, a||b&&c==d<e+f*( a~b~
  ~^ {^ [^ (^ ^| ^|a a^? @a^ @a. resource~a~'b'~=~{^ #disable-next-line^ \r \0 \ud800 \ufeff`
    .split(/[ \n]+/)
    .map((piece) => piece.replaceAll('~', ' ').replaceAll('^', '\n'));

describe('the same again and again', () => {
  it.each(again)('%j', (piece) => {
    for (const start of before) {
      const text = start + piece.repeat(20_000);
      const taken = processorTime();
      parseBicep(text);
      const time = taken();

      // 100 ms for each 10 KB.
      expect(time).toBeLessThan((text.length / 10_240) * 100);
      for (const parse of [parseBicep, parseBicepParameters]) {
        expect(flawsOf(parse(start + piece.repeat(500)))).toEqual([]);
      }
    }
  });
});

it.each([
  ['a string', `var x = '${'a'.repeat(5_000_000)}'`, 0],
  ['escapes', `var x = '${String.raw`\n`.repeat(2_500_000)}'`, 0],
  ['quotes', `var x = '''${"''a".repeat(1_500_000)}'''`, 0],
  ['a comment', `/*${'*'.repeat(5_000_000)}*/`, 0],
  ['digits', `var x = ${'1'.repeat(5_000_000)}`, 1],
  ['a name', `var ${'x'.repeat(5_000_000)} = 1`, 1],
])('5 MB of %s', (_, text, problems) => {
  const taken = processorTime();
  const tree = parseBicep(text);
  const time = taken();

  expect(tree.problems).toHaveLength(problems);
  expect(time).toBeLessThan(5_000);
});

it.each([
  ['chains in parentheses', `${'('.repeat(300)}a${`${'+a'.repeat(300)})`.repeat(300)}`],
  ['chains in calls', `${'f('.repeat(300)}a${`${'.a'.repeat(300)})`.repeat(300)}`],
  ['chains in strings', `${"'${".repeat(300)}a${`${'!'.repeat(300)}}'`.repeat(300)}`],
  ['nested resources', `{}\n${"resource a 'b' = {\n".repeat(300)}`],
  ['everything', 'a||b&&c==d<e+f*-g(['.repeat(300)],
])('no tree is deep: %s', (_, text) => {
  const { root, problems } = parseBicep(`var x = ${text}`);

  expect(problems[0]?.message).toMatch(/nested more than 250 levels deep/);
  expect(heightOf(root)).toBeLessThan(1_000);
});

function heightOf(node: SyntaxNode): number {
  return 1 + Math.max(0, ...childrenOf(node).map(heightOf));
}

const sample = `targetScope = 'subscription' // a
/* b */
@description('''
c''')
@allowed(['d', 'e'])
param f 'd' | 'e'? = 'd'
type g = { @secure()
  h: string[], *: int }
var i = [for (j, k) in range(0, 2): '\${j}-\${k > 1 ? l!.m : n.?o[?0] ?? p}']
#disable-next-line q
resource r 's@t' existing = if (!(u)) { name: 'v', resource w 'x' = {} }
module y './z.bicep' = { ...a, params: map(b, c => { d: c }) }
func e(f string) object => $'''\${f}'''
import { g as h } from 'i'
output j resourceInput<'k'>.l = r::w.m
`;
const word = fc.constantFrom(...(sample.match(/\w+|\s+|[^\w\s]/g) ?? []), ...again);

it('prints any text back, with every node in its place', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(word, { maxLength: 60 }).map((words) => words.join('')),
  );
  fc.assert(
    fc.property(text, fc.constantFrom(parseBicep, parseBicepParameters), (each, parse) => {
      expect(flawsOf(parse(each))).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
});

it('prints a text back that was changed anywhere', () => {
  const position = fc.nat(sample.length);
  fc.assert(
    fc.property(position, fc.nat(40), word, (start, length, instead) => {
      const text = sample.slice(0, start) + instead + sample.slice(start + length);
      expect(flawsOf(parseBicep(text))).toEqual([]);
    }),
    { numRuns: 1_000 },
  );
});

it.each(['\n', '\r\n', '\r'])('reads lines that end with %j', (end) => {
  const text = sample.replaceAll('\n', end);
  const tree = parseBicep(text);

  expect(tree.root.statements.map(({ kind }) => kind)).not.toContain('skipped');
  expect(flawsOf(tree)).toEqual([]);
});
