import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { disguisedField, repeatedField } from './field.ts';

describe('a field that is there twice', () => {
  it.each<[string, string | undefined]>([
    ['{}', undefined],
    ['[]', undefined],
    ['"a"', undefined],
    ['{"a":1,"b":{"a":1},"c":[{"a":1},{"a":1}]}', undefined],
    ['{"a":"\\"a\\":1","b":"{\\"b\\":1"}', undefined],
    ['{"a":1,"a":1}', 'a'],
    ['{"a":1,"\\u0061":1}', 'a'],
    ['{"":1,"":1}', ''],
    ['{"a":{"b":1,"c":[],"b":1}}', 'b'],
    ['[{"a":1},{"b":{"c":1},"d":2,"b":3}]', 'b'],
    ['{ "a" : 1 ,\n"b\\\\":1, "b\\\\" : 2 }', 'b\\'],
    ['{"__proto__":1,"__proto__":1}', '__proto__'],
  ])('%s', (text, expected) => {
    expect(repeatedField(text)).toBe(expected);
  });

  it('is never seen in what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 3 }), (value, indent) => {
        expect(repeatedField(JSON.stringify(value, null, indent))).toBeUndefined();
      }),
    );
  });

  it('is seen wherever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), fc.jsonValue(), (first, name, second) => {
        const object = `{${JSON.stringify(name)}:${JSON.stringify(first)},${JSON.stringify(name)}:${JSON.stringify(second)}}`;
        expect(repeatedField(JSON.stringify([first, 'here']).replace('"here"', () => object))).toBe(name);
      }),
    );
  });
});

it.each<[string, boolean]>([
  ['layers', false],
  ['Layers', true],
  ['LAYERS', true],
  ['layer\u017f', true],
  ['layers2', false],
  ['lay\u00e9rs', false],
])('%s is a field in disguise: %s', (key, expected) => {
  expect(disguisedField([key], ['layers', 'config']) !== undefined).toBe(expected);
});
