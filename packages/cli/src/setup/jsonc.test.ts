import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type JsonValue, parseJsonc, setJsonc } from './jsonc.ts';

describe('parseJsonc', () => {
  it.each([
    ['{"a": [1, 2,], /* b */ "c": {"d": null}, } // end', { a: [1, 2], c: { d: null } }],
    ['\uFEFF{}', {}],
    [' // only\n "text" ', 'text'],
    ['{"a//b": "/* no comment */"}', { 'a//b': '/* no comment */' }],
  ])('%s', (text, value) => expect(parseJsonc(text)).toEqual(value));

  it.each(['', '{', '{a: 1}', '{"a" 1}', '[1 2]', '{} {}', '{"a": tru}', '{,}', '[,]'])(
    'refuses %j',
    (text) => expect(() => parseJsonc(text)).toThrow(SyntaxError),
  );

  it('reads what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value, null, 2);
        expect(JSON.stringify(parseJsonc(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });
});

describe('setJsonc', () => {
  it.each<[string, string, readonly string[], JsonValue, string]>([
    ['an empty text', '', ['a', 'b'], true, '{\n  "a": {\n    "b": true\n  }\n}\n'],
    ['an empty object', '{}', ['a'], 1, '{\n  "a": 1\n}'],
    ['a member beside others', '{\n  "x": 1 // one\n}\n', ['a'], 2, '{\n  "x": 1, // one\n  "a": 2\n}\n'],
    ['behind a trailing comma', '{\n  "x": 1,\n}\n', ['a'], 2, '{\n  "x": 1,\n  "a": 2\n}\n'],
    [
      'with its own indent',
      '{\n\t"x": {\n\t\t"y": 1\n\t}\n}',
      ['x', 'a'],
      [1],
      '{\n\t"x": {\n\t\t"y": 1,\n\t\t"a": [\n\t\t\t1\n\t\t]\n\t}\n}',
    ],
    [
      'a changed value',
      '{ "a": { "b": "old" /* kept */ } }',
      ['a', 'b'],
      'new',
      '{ "a": { "b": "new" /* kept */ } }',
    ],
    ['the last of two', '{ "a": 1, "a": 2 }', ['a'], 3, '{ "a": 1, "a": 3 }'],
    ['a comment alone', '{\n  // nothing yet\n}', ['a'], 1, '{\n  // nothing yet\n  "a": 1\n}'],
  ])('%s', (_, text, path, value, result) => expect(setJsonc(text, path, value)).toBe(result));

  it('leaves an equal value alone', () => {
    const text = '{"a": { "b" :1, "c":[ ] } }';

    expect(setJsonc(text, ['a'], { b: 1, c: [] })).toBe(text);
  });

  it('refuses a way through something else', () => {
    expect(() => setJsonc('{"a": 1}', ['a', 'b'], 1)).toThrow('a is not an object');
  });

  it('sets that value and no other, and does it once', () => {
    const key = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue()), key, fc.jsonValue(), (object, name, value) => {
        const once = setJsonc(JSON.stringify(object, null, 2), [name], value as JsonValue);
        expect(parseJsonc(once)).toEqual({
          ...(parseJsonc(JSON.stringify(object)) as object),
          [name]: parseJsonc(JSON.stringify(value)),
        });
        expect(setJsonc(once, [name], value as JsonValue)).toBe(once);
      }),
    );
  });
});
