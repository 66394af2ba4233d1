import { describe, expect, it } from 'vitest';

import { parseHcl, sourceText } from './index.ts';

/** A node without its places, and expressions that are only a name as that name. */
function bare(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(bare);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'start' && key !== 'end');
  const node = Object.fromEntries(entries.map(([key, child]) => [key, bare(child)]));
  return node['kind'] === 'identifier' || node['kind'] === 'variable'
    ? `${node['kind'][0]}:${String(node['name'])}`
    : node;
}

/** What an attribute of this value is parsed as. */
function valueOf(text: string): unknown {
  const tree = parseHcl(`a = ${text}\n`);
  expect(tree.problems).toEqual([]);
  const [item] = tree.root.items;
  return item?.kind === 'attribute' ? bare(item.value) : undefined;
}

const number = (text: string) => ({ kind: 'number', text, value: Number(text) });
const string = (value: string, form = 'quoted') => ({ kind: 'string', form, value });
const literal = (value: string) => ({ kind: 'literal', value });
const interpolation = (value: unknown) => ({ kind: 'interpolation', value });
const template = (parts: unknown[], form = 'quoted') => ({ kind: 'template', form, parts });
const traversal = (source: unknown, ...steps: unknown[]) => ({ kind: 'traversal', source, steps });
const access = (name: string) => ({ kind: 'access', name });
const index = (key: unknown, legacy = false) => ({ kind: 'index', key, legacy });
const splat = (full: boolean) => ({ kind: 'splat', full });
const binary = (left: unknown, operator: string, right: unknown) => ({
  kind: 'binary',
  left,
  operator,
  right,
});
const unary = (operator: string, operand: unknown) => ({ kind: 'unary', operator, operand });
const call = (name: string, args: unknown[], expand = false) => ({ kind: 'call', name, args, expand });
const tuple = (...items: unknown[]) => ({ kind: 'tuple', items });
const object = (...items: [unknown, unknown][]) => ({
  kind: 'object',
  items: items.map(([key, value]) => ({ kind: 'object-item', key, value })),
});

describe('an expression', () => {
  it.each<[string, unknown]>([
    ['12', number('12')],
    ['1.50e+3', number('1.50e+3')],
    ['12345678901234567890', number('12345678901234567890')],
    ['true', { kind: 'boolean', value: true }],
    ['null', { kind: 'null' }],
    ['x', 'v:x'],
    ['größe-1', 'v:größe-1'],
    ['(x)', { kind: 'parentheses', value: 'v:x' }],
    ['(\n x\n)', { kind: 'parentheses', value: 'v:x' }],
    ['[]', tuple()],
    ['[\n1, # one\n x,\n]', tuple(number('1'), 'v:x')],
    ['{}', object()],
    [
      '{a = 1, "b": x\n (c) = 2\n null = y, d.e = z}',
      object(
        ['i:a', number('1')],
        [string('b'), 'v:x'],
        [{ kind: 'parentheses', value: 'v:c' }, number('2')],
        ['i:null', 'v:y'],
        [traversal('v:d', access('e')), 'v:z'],
      ),
    ],
    ['f()', call('f', [])],
    ['f(x,\n y...)', call('f', ['v:x', 'v:y'], true)],
    ['provider::x::f(1,)', call('provider::x::f', [number('1')])],
    ['x.y[0].z', traversal('v:x', access('y'), index(number('0')), access('z'))],
    ['x["y"].0', traversal('v:x', index(string('y')), index(number('0'), true))],
    ['x.*.y[*].z', traversal('v:x', splat(false), access('y'), splat(true), access('z'))],
    ['-x.y', unary('-', traversal('v:x', access('y')))],
    ['!-x', unary('!', unary('-', 'v:x'))],
    [
      'a || b && c == d < e + f * g',
      binary(
        'v:a',
        '||',
        binary(
          'v:b',
          '&&',
          binary('v:c', '==', binary('v:d', '<', binary('v:e', '+', binary('v:f', '*', 'v:g')))),
        ),
      ),
    ],
    ['a - b - c', binary(binary('v:a', '-', 'v:b'), '-', 'v:c')],
    ['a % b / c >= d', binary(binary(binary('v:a', '%', 'v:b'), '/', 'v:c'), '>=', 'v:d')],
    [
      'a ? b : c ? d : e',
      {
        kind: 'conditional',
        condition: 'v:a',
        whenTrue: 'v:b',
        whenFalse: { kind: 'conditional', condition: 'v:c', whenTrue: 'v:d', whenFalse: 'v:e' },
      },
    ],
    [
      '[for x in y : x if z]',
      {
        kind: 'for',
        result: 'tuple',
        keyName: undefined,
        valueName: 'i:x',
        collection: 'v:y',
        key: undefined,
        value: 'v:x',
        group: false,
        condition: 'v:z',
      },
    ],
    [
      '{\n for k, v in y :\n v => k...\n}',
      {
        kind: 'for',
        result: 'object',
        keyName: 'i:k',
        valueName: 'i:v',
        collection: 'v:y',
        key: 'v:v',
        value: 'v:k',
        group: true,
        condition: undefined,
      },
    ],
  ])('%s', (text, expected) => {
    expect(valueOf(text)).toEqual(expected);
  });
});

describe('a template', () => {
  it.each<[string, unknown]>([
    ['""', string('')],
    ['"a b"', string('a b')],
    [String.raw`"\"\\\n\r\t\u00e9\U0001F600"`, string('"\\\n\r\té\u{1F600}')],
    ['"$${a} %%{b} $ $$ % $$${c}"', string('${a} %{b} $ $$ % $${c}')],
    ['"${x}"', template([interpolation('v:x')])],
    ['"a${x}b"', template([literal('a'), interpolation('v:x'), literal('b')])],
    [
      '"a  ${~ x ~}  b ${y ~}"',
      template([literal('a'), interpolation('v:x'), literal('b '), interpolation('v:y')]),
    ],
    ['"${"${x}"}"', template([interpolation(template([interpolation('v:x')]))])],
    ['"${{a = "}"}}"', template([interpolation(object(['i:a', string('}')]))])],
    [
      '"%{if x}a%{else}b%{endif}"',
      template([
        { kind: 'if-directive', condition: 'v:x', whenTrue: [literal('a')], whenFalse: [literal('b')] },
      ]),
    ],
    [
      '"%{ for k, v in x ~} ${v} %{~ endfor }"',
      template([
        {
          kind: 'for-directive',
          key: 'i:k',
          name: 'i:v',
          collection: 'v:x',
          parts: [literal(''), interpolation('v:v'), literal('')],
        },
      ]),
    ],
    ['<<X\nX', string('', 'heredoc')],
    ['<<X\n a\\n "b"\n  $${c}\n  X  ', string(' a\\n "b"\n  ${c}\n', 'heredoc')],
    ['<<X\r\n a\r\nX\r', string(' a\r\n', 'heredoc')],
    ['<<-X\n    a\n\n  b\n \n\t  c\n  X', string('  a\n\nb\n \n c\n', 'flush')],
    ['<<-X\n    ${a}\n   b\n  X', template([literal(' '), interpolation('v:a'), literal('\nb\n')], 'flush')],
    [
      '<<X\n  a\n  ${~ x ~}\n  b\nX',
      template([literal('  a\n'), interpolation('v:x'), literal('  b\n')], 'heredoc'),
    ],
    [
      '<<X\n${<<Y\ny\nY\n}X\nX',
      template([interpolation(string('y\n', 'heredoc')), literal('X\n')], 'heredoc'),
    ],
  ])('%s', (text, expected) => {
    expect(valueOf(text)).toEqual(expected);
  });
});

describe('a body', () => {
  it('has attributes and blocks with their places', () => {
    const text = '\u{FEFF}a = 1 # one\r\nb "c" d {\n  e = 2\n}\nf { g = 3 }\nh {}';
    const { root, comments, problems } = parseHcl(text);

    const attribute = (start: number, name: string, digit: string) => ({
      kind: 'attribute',
      start,
      end: start + 5,
      name: { kind: 'identifier', start, end: start + 1, name },
      value: { ...number(digit), start: start + 4, end: start + 5 },
    });
    const identifier = (start: number, name: string) => ({ kind: 'identifier', start, end: start + 1, name });
    expect(problems).toEqual([]);
    expect(comments).toEqual([{ kind: 'line', start: 7, end: 12 }]);
    expect(root).toEqual({
      kind: 'body',
      start: 0,
      end: 50,
      items: [
        attribute(1, 'a', '1'),
        {
          kind: 'block',
          start: 14,
          end: 33,
          type: identifier(14, 'b'),
          labels: [
            { kind: 'label', start: 16, end: 19, quoted: true, value: 'c' },
            { kind: 'label', start: 20, end: 21, quoted: false, value: 'd' },
          ],
          body: { kind: 'body', start: 22, end: 33, items: [attribute(26, 'e', '2')] },
        },
        {
          kind: 'block',
          start: 34,
          end: 45,
          type: identifier(34, 'f'),
          labels: [],
          body: { kind: 'body', start: 36, end: 45, items: [attribute(38, 'g', '3')] },
        },
        {
          kind: 'block',
          start: 46,
          end: 50,
          type: identifier(46, 'h'),
          labels: [],
          body: { kind: 'body', start: 48, end: 50, items: [] },
        },
      ],
    });
  });

  it('has the comments of its text, whatever they stand between', () => {
    const text = '# 1\na /* 2 */ = [ // 3\n 1, /* 4\n */ "${ x /* 5 */ }" ] # 6\r\n#* 7\n//* 8\n/**/';
    const tree = parseHcl(text);

    expect(tree.problems).toEqual([]);
    const kinds = tree.comments.map(({ kind }) => kind);
    expect(kinds).toEqual(['line', 'block', 'line', 'block', 'block', 'line', 'line', 'line', 'block']);
    expect(tree.comments.map((comment) => sourceText(tree, comment))).toEqual([
      '# 1',
      '/* 2 */',
      '// 3',
      '/* 4\n */',
      '/* 5 */',
      '# 6',
      '#* 7',
      '//* 8',
      '/**/',
    ]);
  });
});
