import { expect, it } from 'vitest';

import { readSource } from './read.ts';

const parameters: readonly (readonly [source: string, input: object])[] = [
  ['param p string', { type: 'string', typeText: 'string', required: true }],
  ['param p string?', { type: 'string', typeText: 'string?', required: false, nullable: true }],
  ['param p int = 3', { type: 'int', typeText: 'int', required: false, default: { value: 3 } }],
  [
    "param p object = { a: [1, true, null], 'b-c': 'x' }",
    {
      type: 'object',
      typeText: 'object',
      required: false,
      default: { value: { a: [1, true, null], 'b-c': 'x' } },
    },
  ],
  [
    'param p string = resourceGroup().location',
    {
      type: 'string',
      typeText: 'string',
      required: false,
      default: { expression: 'resourceGroup().location' },
    },
  ],
  [
    'param p int = 9223372036854775807',
    { type: 'int', typeText: 'int', required: false, default: { value: 2 ** 63 } },
  ],
  [
    "@secure()\n@minLength(1)\n@maxLength(9)\n@description('A key.')\nparam p string",
    {
      type: 'string',
      typeText: 'string',
      required: true,
      secure: true,
      minLength: 1,
      maxLength: 9,
      description: 'A key.',
    },
  ],
  [
    "@sys.minValue(-1)\n@sys.maxValue(9223372036854775807)\n@metadata({ description: 'N.' })\nparam p int",
    {
      type: 'int',
      typeText: 'int',
      required: true,
      minValue: -1,
      maxValue: 2 ** 63,
      description: 'N.',
    },
  ],
  [
    "@description('''One.\n    Two.\n      Three.''')\nparam p int",
    { type: 'int', typeText: 'int', required: true, description: 'One.\nTwo.\n  Three.' },
  ],
  [
    "@allowed(['b', 'a'])\nparam p string",
    { type: 'string', typeText: "'b' | 'a'", required: true, allowed: ['b', 'a'] },
  ],
  ["param p 'b' | 'a'", { type: 'string', typeText: "'a' | 'b'", required: true, allowed: ['a', 'b'] }],
  [
    'param p 10 | 9 | -1 | null',
    { type: 'int', typeText: '(-1 | 9 | 10)?', required: false, nullable: true, allowed: [-1, 9, 10] },
  ],
  ["param p 'a' | string", { type: 'string', typeText: 'string', required: true }],
  [
    "param p ('a' | 'b')[]",
    {
      type: { kind: 'array', element: { kind: 'refined', type: 'string', allowed: ['a', 'b'] } },
      typeText: "('a' | 'b')[]",
      required: true,
    },
  ],
  [
    "param p { a: 'x', b: [1, 2] } | { a: 'y', b: [] }",
    {
      type: 'object',
      typeText: '{…} | {…}',
      required: true,
      allowed: [
        { a: 'x', b: [1, 2] },
        { a: 'y', b: [] },
      ],
    },
  ],
  [
    'param p [string, int?]',
    {
      type: { kind: 'tuple', elements: ['string', { kind: 'refined', type: 'int', nullable: true }] },
      typeText: '[string, int?]',
      required: true,
    },
  ],
  [
    "@sealed()\nparam p {\n  @description('A.')\n  @minLength(2)\n  a: string?\n  'b-c': bool\n  *: int\n}",
    {
      type: {
        kind: 'object',
        properties: [
          { name: 'a', type: 'string', required: false, nullable: true, minLength: 2, description: 'A.' },
          { name: 'b-c', type: 'bool', required: true },
        ],
        additional: 'int',
        sealed: true,
      },
      typeText: '{ a: string?, b-c: bool }',
      required: true,
    },
  ],
  [
    'param p { *: string[] }',
    {
      type: { kind: 'map', element: { kind: 'array', element: 'string' } },
      typeText: '{ *: string[] }',
      required: true,
    },
  ],
  [
    "@discriminator('kind')\nparam p ({ kind: 'a' } | { kind: 'b' })?",
    {
      type: {
        kind: 'discriminated',
        property: 'kind',
        variants: ['a', 'b'].map((value) => ({
          value,
          type: {
            kind: 'object',
            properties: [{ name: 'kind', type: 'string', required: true, allowed: [value] }],
          },
        })),
      },
      typeText: "({ kind: 'a' } | { kind: 'b' })?",
      required: false,
      nullable: true,
    },
  ],
  [
    "@discriminator('kind')\nparam p { kind: 'a' } | (({ kind: 'b' } | { kind: 'c' }))",
    {
      type: {
        kind: 'discriminated',
        property: 'kind',
        variants: ['a', 'b', 'c'].map((value) => ({
          value,
          type: {
            kind: 'object',
            properties: [{ name: 'kind', type: 'string', required: true, allowed: [value] }],
          },
        })),
      },
      typeText: "{ kind: 'a' } | { kind: 'b' } | { kind: 'c' }",
      required: true,
    },
  ],
  [
    "param p 'a' | ('c' | ('b' | null))",
    {
      type: 'string',
      typeText: "('a' | 'b' | 'c')?",
      required: false,
      nullable: true,
      allowed: ['a', 'b', 'c'],
    },
  ],
  [
    "param p resourceInput<'A/b@1'>.properties.list[*]?",
    {
      type: { kind: 'resource', direction: 'input', resource: 'A/b@1', path: 'properties/list/*' },
      typeText: "resourceInput<'A/b@1'>.properties.list.*?",
      required: false,
      nullable: true,
    },
  ],
  [
    "param p resourceOutput<'az:A/b@1'>",
    {
      type: { kind: 'resource', direction: 'output', resource: 'A/b@1' },
      typeText: "resourceOutput<'A/b@1'>",
      required: true,
    },
  ],
  ['param p sys.string', { type: 'string', typeText: 'string', required: true }],
];

it.each(parameters)('%s', (source, expected) => {
  const { problems, interface: found } = readSource(() => source, 'main.bicep', null)!;
  const inputs = found.inputs.map(({ at: _, ...input }) => input);

  expect(problems).toEqual([]);
  expect(inputs).toEqual([{ name: 'p', ...expected }]);
});
