import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { processorTime } from '../../../../../tests/support/processor-time.ts';
import { limits } from '../../limit/index.ts';
import { printTree } from '../../syntax/index.ts';
import { brokenPromises } from '../../syntax/soundness.ts';
import { parseHcl } from './index.ts';

function expectSoundText(text: string): void {
  expect(brokenPromises(parseHcl(text))).toEqual([]);
}

describe('a problem', () => {
  /** The problems of a text with what they are about, and the items that were understood nevertheless. */
  function told(text: string) {
    const tree = parseHcl(text);
    expect(brokenPromises(tree)).toEqual([]);
    return {
      problems: tree.problems.map(({ start, end, message }) => `${text.slice(start, end)}: ${message}`),
      items: tree.root.items.map((item) =>
        item.kind === 'attribute' ? item.name.name : item.kind === 'block' ? item.type.name : '-',
      ),
    };
  }

  it.each<[string, string[], string[]]>([
    ['a = 1\na = 2', ['a: the argument "a" was set before'], ['a', 'a']],
    ['a = 1 b = 2\nc = 3', ['b: an argument ends with its line, not "b"'], ['a', '-', 'c']],
    ['a = ]\nb = 2', [']: expected an expression, not "]"'], ['a', '-', 'b']],
    ['a =\nb = 2', [': expected an expression, but the line ends here'], ['a', 'b']],
    ['a = [1 2\n, 3]\nb = 2', ['2: expected "]", not "2"'], ['a', '-', 'b']],
    ['a = [1,\n\nb = [2]\n', ['=: expected "]", not "="'], ['a', '-']],
    ['x {\n  a = [1, }\n  b = 2\n}\nc = 3', ['}: expected an expression, not "}"'], ['x', 'c']],
    ['a = {b = 1, c}\nd = 2', ['}: expected "=" and a value, not "}"'], ['a', '-', 'd']],
    ['a = "b\nc = 1', ['"b: a string ends on its line: \'"\' is missing'], ['a', 'c']],
    [
      'a = "${b"\nc = 1',
      ['": expected "}" (a "${" that is meant as text is written "$${"), not "\\""'],
      ['a', '-', 'c'],
    ],
    ['a = "\\q"\nb = 1', ['\\q: "\\\\q" is not an escape'], ['a', 'b']],
    ['a = "\\u12"', ['\\u12: "\\u" takes 4 hexadecimal digits of a Unicode character'], ['a']],
    ['a = <<X\nb', ['<<: this heredoc never ends: a line "X" is missing'], ['a']],
    ['a = <<X y\nb = 1', ['<<X: a heredoc begins with "<<", a name and a line break'], ['a', '-', 'b']],
    ['a = "%{if b}"', ['%{: this directive needs an "endif", but the template ends first'], ['a']],
    ['a = "%{endif}"', [': "endif" has no directive that it belongs to'], ['a', '-']],
    ['a = x.0.1', ['.0.1: write such indexes in brackets: [0][1]'], ['a']],
    ['a = 1.2.3', ['1.2.3: this is not a number'], ['a']],
    ['a = [for x in y : x => x]', ['x: a for expression that makes a tuple has no keys'], ['a']],
    ['a "b ${c}" {}', ['"b ${c}": a label is text without "${" and "%{"'], ['a']],
    [
      'a { b = 1, c = 2 }\nd {}',
      [',: a block on one line has one argument, and "}" behind it, not ","'],
      ['a', '-', 'd'],
    ],
    ['a {\n b = 1', ['{: this block is never closed: "}" is missing'], ['a']],
    ['}\na = 1', ['}: this brace closes nothing'], ['-', 'a']],
    ['"a" = 1\nb = 2', ['": expected an argument or a block, not "\\""'], ['-', 'b']],
    ['a = 1 /* b\nc = 2', ['/*: this comment never ends: "*/" is missing'], ['a']],
    ['a = 1;\nb = 2', [';: an argument ends with its line, not ";"'], ['a', '-', 'b']],
    ['a = "\u{D800}"', ['\u{D800}: this is not UTF-8'], ['a']],
  ])('%s', (text, problems, items) => {
    expect(told(text)).toEqual({ problems, items });
  });

  it('of one item does not hide the others', () => {
    const text = 'a = (\nb = 1\nc = [2\nd = {\n  e = 3\n}\nf = 4\n';
    expect(told(text).items).toContain('f');
  });
});

describe('any text', () => {
  const valid = `# about\nvariable "x" {\n  type = object({ a = optional(list(string), ["b"]) })\n  description = <<-EOT\n    One \${var.y ~}\n      %{ if a }two%{ else }$\${three}%{ endif }\n  EOT\n  validation {\n    condition = alltrue([for k, v in var.x : v.*.a[0] != null && !contains(b...)])\n  }\n}\n`;

  it('is printed back', () => {
    expectSoundText(valid);
    expect(parseHcl(valid).problems).toEqual([]);
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), expectSoundText));
    const tokens = [
      'a',
      ' ',
      '\n',
      '\r\n',
      '"',
      '${',
      '%{',
      '}',
      '{',
      '[',
      ']',
      '(',
      ')',
      '=',
      ',',
      '.',
      '*',
      '<<X\n',
      'X\n',
      '~',
      'if ',
      'for ',
      'in ',
      'endif',
      '#',
      '/*',
      '*/',
      '\\',
      '1',
      '?',
      ':',
      '=>',
      '...',
      '-',
      '!',
      '\u0000',
      '\u{FEFF}',
      '\u{D800}',
      '\r',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...tokens), { maxLength: 40 }), (parts) =>
        expectSoundText(parts.join('')),
      ),
      { numRuns: 300 },
    );
  });

  it('is printed back when a part of a valid one is missing, doubled or another', () => {
    const place = fc.nat({ max: valid.length });
    fc.assert(
      fc.property(place, fc.nat({ max: 20 }), fc.string({ maxLength: 3 }), (start, length, instead) =>
        expectSoundText(valid.slice(0, start) + instead + valid.slice(start + length)),
      ),
      { numRuns: 300 },
    );
  });

  it.each<[string, string]>([
    ['brackets', '['.repeat(20_000)],
    ['braces', '{'.repeat(20_000)],
    ['parentheses', '('.repeat(20_000)],
    ['negations', '!'.repeat(20_000)],
    ['signs', '-'.repeat(20_000)],
    ['calls', 'f('.repeat(20_000)],
    ['indexes', 'x['.repeat(20_000)],
    ['interpolations', '"${'.repeat(20_000)],
    ['directives', `"${'%{if a}'.repeat(20_000)}`],
    ['escapes', `"${'\\q'.repeat(20_000)}"`],
    ['heredocs', '<<A\n${'.repeat(20_000)],
    ['unclosed heredocs', '<<A\n'.repeat(20_000)],
    ['conditions', 'a?'.repeat(20_000)],
    ['choices', 'a?b:'.repeat(20_000)],
    ['sums', '1+'.repeat(20_000)],
    ['products of sums', '1+1*'.repeat(20_000)],
    ['keys', '{a='.repeat(20_000)],
    ['loops', '[for a in '.repeat(20_000)],
    ['comments', '/*'.repeat(20_000)],
    ['dollars', `"${'$'.repeat(40_000)}`],
    ['dots', '1'.padEnd(40_000, '.')],
    ['namespaces', 'a::'.repeat(20_000)],
    ['a long string', `"${'x'.repeat(5_000_000)}"`],
    ['a long name', 'é'.repeat(200_000)],
    ['broken lines', '\na = [ $'.repeat(20_000)],
    ['unclosed strings', '\na = "'.repeat(20_000)],
    ['unclosed comments', '\na = [ /'.repeat(20_000)],
    ['unclosed blocks', '\na {'.repeat(20_000)],
    ['stray braces', '}'.repeat(20_000)],
    ['arguments', Array.from({ length: 20_000 }, (_, i) => `a${i} = 1`).join('\n')],
    ['spaces', `"\${a ~}${' '.repeat(40_000)}x"`],
  ])('is parsed in no time, and without a stack that overflows: %s', (_, text) => {
    const whole = `a = ${text}`;
    const taken = processorTime();
    const tree = parseHcl(whole);
    // 100 ms for 10 KB is the promise; nothing here takes a twentieth of it, so that a busy machine does not matter.
    expect(taken()).toBeLessThan(100 + whole.length / 100);
    expect(printTree(tree)).toBe(whole);
    expect(tree.problems.length).toBeLessThanOrEqual(limits.syntaxProblems.value);
  });

  it('is nested as deep as the limit, and no deeper', () => {
    const depth = limits.syntaxDepth.value;
    const told = (text: string) => parseHcl(`a = ${text}`).problems.map(({ message }) => message);
    const tooDeep = [`nested more than ${depth} levels deep`];

    const brackets = (levels: number) => '['.repeat(levels - 1) + '1' + ']'.repeat(levels - 1);
    expect(told(brackets(depth))).toEqual([]);
    expect(told(brackets(depth + 1))).toEqual(tooDeep);
    const sum = (levels: number) => Array.from({ length: levels }, () => '1').join('+');
    expect(told(sum(depth))).toEqual([]);
    expect(told(sum(depth + 1))).toEqual(tooDeep);
  });

  it('is as long as the limit, and no longer', () => {
    const long = ' '.repeat(limits.syntaxText.value);
    expect(parseHcl(long).problems).toEqual([]);
    expectSoundText(`${long} `);
    expect(parseHcl(`${long} `).problems).toEqual([
      { start: 0, end: 0, message: `longer than ${limits.syntaxText.value} characters` },
    ]);
  });
});
