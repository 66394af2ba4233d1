import { parseHcl } from '@ashlar/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { snippets } from './hcl-snippets.ts';
import { hcl2jsonForm } from './hcl2json-form.ts';
import { readReference } from './hcl2json.ts';

function ours(text: string): unknown {
  const tree = parseHcl(text);
  return tree.problems.length === 0 ? hcl2jsonForm(tree) : undefined;
}

async function expectSame(text: string): Promise<void> {
  const reference = await readReference(text);
  if ('form' in reference) expect({ text, form: ours(text) }).toEqual({ text, form: reference.form });
  else expect({ text, refused: ours(text) === undefined }).toEqual({ text, refused: !reference.unconverted });
}

describe('our parser and that of HashiCorp make the same of', () => {
  it.each(snippets.map((text) => [JSON.stringify(text), text]))('%s', async (_, text) => {
    await expectSame(text);
  });

  const leaf = fc.constantFrom(
    'a',
    'b.c',
    '1',
    '2.5',
    '"s"',
    'true',
    'null',
    'x[0]',
    'x.*.y',
    'x[*].z',
    '"${a}"',
    '"p${b}$${q}"',
    'f()',
    '.5',
    '-1',
    '"%{if a~} q %{else}w %{~endif}"',
    '<<-X\n   q\n  ${r}\n   X\n',
  );
  const space = fc.constantFrom('', '', ' ', '\n', '\r\n', '\t', ' /*c*/ ', ' # c\n');
  const strip = fc.constantFrom('', '~');
  const joined = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((texts) => texts.join(''));
  const { expression } = fc.letrec<{ expression: string }>((tie) => {
    const inner = tie('expression');
    const operator = fc.constantFrom(
      '+',
      '-',
      '%',
      '/',
      '&&',
      '||',
      '==',
      '<',
      '>=',
      '?',
      ':',
      '.',
      '=',
      ' ',
    );
    const line = fc.oneof(
      fc.constantFrom(
        ' ',
        '   ',
        '\n',
        '\n  ',
        'w',
        '\t',
        '$',
        '$${',
        '%%{',
        '\\',
        '"',
        ' X',
        '%{ if a ~}',
        '%{~ else ~}',
        '%{endif}',
        '%{for q in r ~}',
        '%{endfor}',
      ),
      joined(fc.constant('${'), strip, inner, strip, fc.constant('}')),
    );
    return {
      expression: fc.oneof(
        { maxDepth: 3, depthSize: 'small' },
        leaf,
        joined(inner, space, operator, space, inner),
        joined(
          fc.constant('['),
          space,
          inner,
          fc.constantFrom(',', ', ', ''),
          inner,
          space,
          fc.constant(']'),
        ),
        joined(
          fc.constant('{'),
          space,
          inner,
          fc.constantFrom('=', ':', '=>'),
          inner,
          fc.constantFrom('\n', ',', ''),
          inner,
          fc.constant(' = 1'),
          space,
          fc.constant('}'),
        ),
        joined(
          fc.constantFrom('(', 'f(', 'p::f('),
          space,
          inner,
          fc.constantFrom('', '...', ','),
          space,
          fc.constant(')'),
        ),
        joined(inner, fc.constant('['), space, inner, fc.constant(']')),
        joined(
          fc.constantFrom('[', '{'),
          fc.constantFrom('for a in ', 'for a , b in '),
          inner,
          fc.constant(' : '),
          inner,
          fc.constantFrom('', ' => a', ' => a...'),
          fc.constantFrom('', ' if b'),
          fc.constantFrom(']', '}'),
        ),
        joined(
          fc.constantFrom('"', '" q', '"$', '"\\n '),
          fc.constant('${'),
          strip,
          space,
          inner,
          strip,
          fc.constantFrom('}"', '} w "', '}\\n"'),
        ),
        joined(
          fc.constantFrom('<<X\n', '<<-X\n', '<<-X\r\n'),
          fc.array(line, { maxLength: 8 }).map((lines) => lines.join('')),
          fc.constantFrom('\nX\n', '\n  X\n', '\nX'),
        ),
      ),
    };
  });
  const name = fc.constantFrom('a', 'b', 'c "d" {\n e', 'f g { h');
  const item = joined(name, fc.constant(' = '), expression, fc.constantFrom('\n', '\n}\n', ' }\n', ''));

  it('random files', async () => {
    await fc.assert(
      fc.asyncProperty(item, item, async (first, second) => await expectSame(first + second)),
      { numRuns: 1000 },
    );
  });
});
