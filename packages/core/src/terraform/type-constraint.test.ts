import { describe, expect, it } from 'vitest';

import { bodyOfJson, parseHcl, parseHclJson, sourceText } from './hcl/index.ts';
import { type ObjectAttribute, parseTypeConstraint, type TypeConstraint } from './type-constraint.ts';

/** The type of `type = …` in HCL, and what there is to tell of it. */
function read(text: string) {
  const tree = parseHcl(`type = ${text}`);
  expect(tree.problems).toEqual([]);
  const [item] = tree.root.items;
  if (item?.kind !== 'attribute') throw new Error('not an attribute');
  const { type, problems } = parseTypeConstraint(item.value);
  return {
    type,
    problems,
    source: (node: { start: number; end: number }) => tree.text.slice(node.start, node.end),
  };
}

/** A type as text. */
function show(type: TypeConstraint): string {
  switch (type.kind) {
    case 'list':
    case 'set':
    case 'map':
      return `${type.kind}(${show(type.element)})`;
    case 'object':
      return `object(${type.attributes.map(showAttribute).join(', ')})`;
    case 'tuple':
      return `tuple(${type.elements.map(show).join(', ')})`;
    default:
      return type.kind;
  }
}

function showAttribute({ name, type, optional, default: fallback }: ObjectAttribute): string {
  return `${name}${optional ? '?' : ''}: ${show(type)}${fallback === undefined ? '' : ` = ${fallback.kind}`}`;
}

describe('a type constraint', () => {
  it.each([
    ['string', 'string'],
    ['number', 'number'],
    ['bool', 'bool'],
    ['any', 'any'],
    ['list', 'list(any)'],
    ['map', 'map(any)'],
    ['list(string)', 'list(string)'],
    ['set(map(any))', 'set(map(any))'],
    ['tuple([string, list(number)])', 'tuple(string, list(number))'],
    ['tuple([])', 'tuple()'],
    ['object({})', 'object()'],
    [
      'object({\n a = string\n b = optional(number)\n c: optional(list(string), ["x"]), d = object({ e = any })\n})',
      'object(a: string, b?: number, c?: list(string) = tuple, d: object(e: any))',
    ],
    ['object({ true = string })', 'object(true: string)'],
    ['list(string...)', 'list(string)'],
  ])('%s', (text, expected) => {
    const { type, problems } = read(text);
    expect({ type: show(type), problems }).toEqual({ type: expected, problems: [] });
  });

  it('has places, and defaults as they are written', () => {
    const { type, source } = read('map(object({ a = optional(string, "b") }))');
    expect(type).toEqual({
      kind: 'map',
      start: 7,
      end: 49,
      element: {
        kind: 'object',
        start: 11,
        end: 48,
        attributes: [
          {
            start: 20,
            end: 45,
            name: 'a',
            type: { kind: 'string', start: 33, end: 39 },
            optional: true,
            default: { kind: 'string', start: 41, end: 44, form: 'quoted', value: 'b' },
          },
        ],
      },
    });
    expect(source(type)).toBe('map(object({ a = optional(string, "b") }))');
  });

  it.each<[string, string, string]>([
    ['strin', 'any', 'strin: there is no type "strin"'],
    ['"string"', 'any', '"string": a type is written without quotes'],
    ['set', 'any', 'set: "set" needs the type of its elements: set(string)'],
    ['list(list)', 'list(any)', 'list: "list" needs the type of its elements: list(string)'],
    ['object', 'any', 'object: "object" needs its attributes: object({ name = string })'],
    ['tuple', 'any', 'tuple: "tuple" needs the types of its elements: tuple([string, number])'],
    ['list()', 'any', 'list(): "list" takes one type, that of its elements'],
    ['list(string, string)', 'any', 'list(string, string): "list" takes one type, that of its elements'],
    ['string()', 'any', 'string(): "string" takes nothing in parentheses'],
    ['tuple(string)', 'any', 'tuple(string): "tuple" takes a list of types: tuple([string, number])'],
    ['object([])', 'any', 'object([]): "object" takes its attributes: object({ name = string })'],
    ['object({ "a" = string })', 'object()', '"a": the name of an attribute is written without quotes'],
    ['object({ a = 1, b = string })', 'object(a: any, b: string)', '1: this is not a type'],
    [
      'object({ a = optional() })',
      'object(a?: any)',
      'optional(): "optional" takes a type and, if there is one, a default',
    ],
    ['optional(string)', 'any', 'optional(string): only an attribute of an object can be optional'],
    ['maps(string)', 'any', 'maps(string): there is no type "maps" with 1 arguments'],
    ['object({ a = string, a = number })', 'object(a: number)', 'a: the attribute "a" is there twice'],
    ['list("string")', 'list(any)', '"string": a type is written without quotes'],
    ['(string)', 'any', '(string): this is not a type'],
    ['var.x', 'any', 'var.x: this is not a type'],
  ])('that is none: %s', (text, expected, told) => {
    const { type, problems, source } = read(text);
    expect({
      type: show(type),
      problems: problems.map((problem) => `${source(problem)}: ${problem.message}`),
    }).toEqual({
      type: expected,
      problems: [told],
    });
  });

  it.each<[string, string, string[], string]>([
    ['"list(string)"', 'list(string)', [], 'list(string)'],
    [
      '"object({ a = optional(string, \\"b\\") })"',
      'object(a?: string = string)',
      [],
      '"object({ a = optional(string, \\"b\\") })"',
    ],
    ['"list(strin)"', 'list(any)', ['strin: there is no type "strin"'], 'list(strin)'],
    ['"list("', 'any', [': expected an expression, but the text ends here'], '"list("'],
  ])('in JSON stands in a string: %s', (text, expected, told, place) => {
    const tree = bodyOfJson(parseHclJson(`{"type": ${text}}`), { blocks: {} });
    const [item] = tree.root.items;
    if (item?.kind !== 'attribute') throw new Error('not an attribute');
    const { type, problems } = parseTypeConstraint(item.value);

    expect(show(type)).toBe(expected);
    expect(problems.map(({ start, end, message }) => `${tree.text.slice(start, end)}: ${message}`)).toEqual(
      told,
    );
    expect(sourceText(tree, type)).toBe(place);
  });
});
