import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { processorTime } from '../../../../../tests/support/processor-time.ts';
import { limits } from '../../limit/index.ts';
import { brokenPromises } from '../../syntax/soundness.ts';
import { type JsonValue, parseHclJson } from './index.ts';

/** What a tree without problems stands for. */
function valueOf(node: JsonValue): unknown {
  switch (node.kind) {
    case 'json-object':
      return Object.fromEntries(node.members.map(({ name, value }) => [name.value, valueOf(value)]));
    case 'json-array':
      return node.items.map(valueOf);
    case 'json-number':
      return Number(node.text);
    case 'json-null':
      return null;
    case 'missing':
      return undefined;
    default:
      return node.value;
  }
}

/** JSON.parse knows what JSON is. */
function expectAsJson(text: string): void {
  const tree = parseHclJson(text);
  expect(brokenPromises(tree)).toEqual([]);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    expect({ text, accepted: tree.problems.length === 0 }).toEqual({ text, accepted: false });
    return;
  }
  expect(tree.problems).toEqual([]);
  expect(valueOf(tree.root)).toEqual(value);
}

describe('JSON is read as JSON.parse reads it', () => {
  it('when it is valid', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 3 }), (value, indent) =>
        expectAsJson(JSON.stringify(value, null, indent)),
      ),
    );
  });

  it('when a part of a valid one is missing, doubled or another', () => {
    const valid = String.raw`{"a": [1, -2.5e+3, "b\"\u00e9\n${'${c}'}"], "d": {"e": null, "f": [true, false, {}, []]}}`;
    fc.assert(
      fc.property(
        fc.nat({ max: valid.length }),
        fc.nat({ max: 4 }),
        fc.constantFrom(
          '',
          '',
          '"',
          ',',
          '{',
          ']',
          '\\',
          '\\u12',
          '\n',
          '\t',
          '0',
          '-',
          '.',
          'e',
          'x',
          '/',
          '\u0000',
        ),
        (start, length, instead) =>
          expectAsJson(valid.slice(0, start) + instead + valid.slice(start + length)),
      ),
      { numRuns: 2000 },
    );
  });

  it.each([
    '',
    ' ',
    '1 2',
    '01',
    '1.',
    '.5',
    '+1',
    '-',
    '1e',
    '"',
    '"\\"',
    '"a\nb"',
    '[,]',
    '[1,]',
    '{,}',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{a:1}',
    'nul',
    'nulls',
    'NaN',
    '\u{FEFF}{}',
    '[1 2]',
    '{"a":1 "b":2}',
    '{"a" 1}',
    '"\\x"',
    '"\\u12g4"',
    '"\\ud83d"',
    '{} //',
  ])('%j', expectAsJson);
});

describe('a problem in JSON', () => {
  it.each<[string, string[]]>([
    ['{"a": }', ['}: expected a value, not "}"']],
    [
      '{"a": x, "b": [1 2], "c" 3}',
      [
        'x: expected a value, not "x"',
        '2: expected "," or "]", not "2"',
        '3: expected ":" and a value, not "3"',
      ],
    ],
    [
      '{"a": [1, {"b": 2}',
      ['{: this is never closed: "}" is missing', '[: this is never closed: "]" is missing'].slice(1),
    ],
    ['["a\n, 1]', ['"a: this string is never closed: \'"\' is missing']],
    ['["\\q"]', ['\\q: "\\\\q" is not an escape']],
    ['["\t"]', ['\t: a control character has to be escaped']],
    ['[01]', ['01: this is not a number']],
    ['{} {}', ['{: expected nothing behind the value']],
  ])('%j', (text, expected) => {
    const tree = parseHclJson(text);
    expect(brokenPromises(tree)).toEqual([]);
    expect(tree.problems.map(({ start, end, message }) => `${text.slice(start, end)}: ${message}`)).toEqual(
      expected,
    );
  });

  it('has limits', () => {
    const depth = limits.syntaxDepth.value;
    const nested = (levels: number) =>
      parseHclJson('['.repeat(levels) + ']'.repeat(levels)).problems.map(({ message }) => message);
    expect(nested(depth)).toEqual([]);
    expect(nested(depth + 1)).toEqual([`nested more than ${depth} levels deep`]);
    expect(parseHclJson(' '.repeat(limits.syntaxText.value) + '1').problems).toEqual([
      { start: 0, end: 0, message: `longer than ${limits.syntaxText.value} characters` },
    ]);
    expect(parseHclJson(`[${'x,'.repeat(20_000)}1]`).problems.length).toBe(limits.syntaxProblems.value);
  });

  it.each([
    ['brackets', '['.repeat(20_000)],
    ['braces', '{"a":'.repeat(20_000)],
    ['quotes', '["'.repeat(20_000)],
    ['backslashes', `"${'\\'.repeat(40_000)}`],
    ['escapes', `"${'\\q'.repeat(20_000)}"`],
    ['a long string', `"${'x'.repeat(5_000_000)}"`],
    ['a long number', '1'.repeat(100_000)],
    ['broken lines', '[\n"a\n'.repeat(20_000)],
  ])('costs no time: %s', (_, text) => {
    const taken = processorTime();
    const tree = parseHclJson(text);
    expect(taken()).toBeLessThan(100 + text.length / 100);
    expect(brokenPromises(tree)).toEqual([]);
  });
});
