import { expect, it } from 'vitest';

import { readCompiled } from './read.ts';

type Template = Readonly<Record<string, unknown>>;

const parameters: readonly (readonly [title: string, schema: Template, input: object])[] = [
  ['a text', { type: 'string' }, { type: 'string', typeText: 'string', required: true }],
  [
    'a secret text in another spelling',
    { type: 'SecureString', minLength: 1, maxLength: 9 },
    { type: 'string', typeText: 'string', required: true, secure: true, minLength: 1, maxLength: 9 },
  ],
  [
    'a secret object with a default',
    { type: 'secureObject', defaultValue: {} },
    { type: 'object', typeText: 'object', required: false, default: { value: {} }, secure: true },
  ],
  [
    'a number with bounds',
    { type: 'int', minValue: 1, maxValue: 3, defaultValue: 2 },
    { type: 'int', typeText: 'int', required: false, default: { value: 2 }, minValue: 1, maxValue: 3 },
  ],
  [
    'null and a description',
    { type: 'bool', nullable: true, metadata: { description: 'Whether.' } },
    { type: 'bool', typeText: 'bool?', required: false, nullable: true, description: 'Whether.' },
  ],
  [
    'null as the default is a default',
    { type: 'string', nullable: true, defaultValue: null },
    { type: 'string', typeText: 'string?', required: false, default: { value: null }, nullable: true },
  ],
  [
    'an expression as the default',
    { type: 'string', defaultValue: '[resourceGroup().location]' },
    {
      type: 'string',
      typeText: 'string',
      required: false,
      default: { expression: 'resourceGroup().location' },
    },
  ],
  [
    'a default that begins with a bracket',
    { type: 'string', defaultValue: '[[x]' },
    { type: 'string', typeText: 'string', required: false, default: { value: '[x]' } },
  ],
  [
    'allowed values',
    { type: 'string', allowedValues: ['a', "b's"] },
    { type: 'string', typeText: String.raw`'a' | 'b\'s'`, required: true, allowed: ['a', "b's"] },
  ],
  [
    'allowed values of an array',
    { type: 'array', allowedValues: ['a', 'b'] },
    { type: 'array', typeText: "('a' | 'b')[]", required: true, allowed: ['a', 'b'] },
  ],
  [
    'a pattern',
    { type: 'string', pattern: '^a' },
    { type: 'string', typeText: 'string', required: true, pattern: '^a' },
  ],
  [
    'elements with limits of their own',
    { type: 'array', items: { type: 'string', nullable: true, maxLength: 3 } },
    {
      type: { kind: 'array', element: { kind: 'refined', type: 'string', nullable: true, maxLength: 3 } },
      typeText: 'string?[]',
      required: true,
    },
  ],
  [
    'a tuple',
    { type: 'array', prefixItems: [{ type: 'string' }, { type: 'int' }], items: false },
    { type: { kind: 'tuple', elements: ['string', 'int'] }, typeText: '[string, int]', required: true },
  ],
  [
    'a tuple that goes on',
    { type: 'array', prefixItems: [{ type: 'string' }], items: { type: 'bool' } },
    { type: { kind: 'tuple', elements: ['string'], rest: 'bool' }, typeText: '[string]', required: true },
  ],
  [
    'an object',
    {
      type: 'object',
      properties: {
        a: { type: 'string' },
        b: { type: 'int', nullable: true, metadata: { description: 'B.' } },
      },
      additionalProperties: false,
    },
    {
      type: {
        kind: 'object',
        properties: [
          { name: 'a', type: 'string', required: true },
          { name: 'b', type: 'int', required: false, nullable: true, description: 'B.' },
        ],
        sealed: true,
      },
      typeText: '{ a: string, b: int? }',
      required: true,
    },
  ],
  [
    'an object of more than its names',
    { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: { type: 'int' } },
    {
      type: {
        kind: 'object',
        properties: [{ name: 'a', type: 'string', required: true }],
        additional: 'int',
      },
      typeText: '{ a: string }',
      required: true,
    },
  ],
  [
    'a map',
    { type: 'object', additionalProperties: { type: 'string' } },
    { type: { kind: 'map', element: 'string' }, typeText: '{ *: string }', required: true },
  ],
  [
    'variants',
    {
      type: 'object',
      discriminator: {
        propertyName: 'kind',
        mapping: { a: { $ref: '#/definitions/variant' }, b: { type: 'object' } },
      },
    },
    {
      type: {
        kind: 'discriminated',
        property: 'kind',
        variants: [
          { value: 'a', type: { kind: 'reference', name: 'variant' } },
          { value: 'b', type: 'object' },
        ],
      },
      typeText: 'variant | object',
      required: true,
    },
  ],
  [
    'a part of a resource',
    {
      type: 'array',
      metadata: {
        '__bicep_resource_derived_type!': {
          source: 'Microsoft.Web/sites@2025-03-01#properties/properties/properties/list/items/properties/a',
        },
      },
    },
    {
      type: {
        kind: 'resource',
        direction: 'input',
        resource: 'Microsoft.Web/sites@2025-03-01',
        path: 'properties/list/*/a',
        base: 'array',
      },
      typeText: "resourceInput<'Microsoft.Web/sites@2025-03-01'>.properties.list.*.a",
      required: true,
    },
  ],
  [
    'what a resource gives, and what older compilers wrote',
    {
      type: 'object',
      metadata: {
        '__bicep_resource_derived_type!': { source: 'Microsoft.Web/sites@2025-03-01', output: true },
      },
      properties: { a: { type: 'object', metadata: { '__bicep_resource_derived_type!': 'X/y@1' } } },
    },
    {
      type: {
        kind: 'resource',
        direction: 'output',
        resource: 'Microsoft.Web/sites@2025-03-01',
        base: {
          kind: 'object',
          properties: [
            {
              name: 'a',
              type: { kind: 'resource', direction: 'input', resource: 'X/y@1', base: 'object' },
              required: true,
            },
          ],
        },
      },
      typeText: "resourceOutput<'Microsoft.Web/sites@2025-03-01'>",
      required: true,
    },
  ],
  [
    'null behind two references',
    { $ref: '#/definitions/a~1b' },
    { type: { kind: 'reference', name: 'a/b' }, typeText: 'a/b', required: false },
  ],
  [
    'a reference that says itself that null is none',
    { $ref: '#/definitions/variant' },
    { type: { kind: 'reference', name: 'variant' }, typeText: 'variant', required: true },
  ],
  [
    'a named type without its null',
    { $ref: '#/definitions/c', nullable: false },
    { type: { kind: 'reference', name: 'c' }, typeText: 'c!', required: true, nullable: false },
  ],
  [
    'a named type that stands for another one without its null',
    { $ref: '#/definitions/full' },
    { type: { kind: 'reference', name: 'full' }, typeText: 'full', required: true },
  ],
  [
    'null, refused where there is no name behind which it could be',
    { type: 'string', nullable: false },
    { type: 'string', typeText: 'string', required: true },
  ],
  [
    'a property of a type',
    { $ref: '#/definitions/parts/properties/a~1b' },
    { type: 'string', typeText: 'string?', required: false, nullable: true, maxLength: 3 },
  ],
  [
    'a property of a type without its null',
    { $ref: '#/definitions/parts/properties/a~1b', nullable: false },
    { type: 'string', typeText: 'string', required: true, maxLength: 3 },
  ],
  [
    'an element of an array',
    { $ref: '#/definitions/parts/properties/list/items' },
    { type: { kind: 'reference', name: 'c' }, typeText: 'c', required: false },
  ],
  [
    'an element of a tuple',
    { $ref: '#/definitions/pair/prefixItems/1' },
    { type: 'int', typeText: 'int', required: true },
  ],
  [
    'other properties of a type',
    { $ref: '#/definitions/parts/additionalProperties' },
    { type: 'bool', typeText: 'bool', required: true },
  ],
  [
    'a part that is made of itself',
    { $ref: '#/definitions/circle/properties/a' },
    { type: { kind: 'array', element: 'any' }, typeText: 'any[]', required: true },
  ],
  [
    'null behind a part of a type',
    { $ref: '#/definitions/alias' },
    { type: { kind: 'reference', name: 'alias' }, typeText: 'alias', required: false },
  ],
  [
    'an expression within a default',
    { type: 'object', defaultValue: { name: "[format('{0}', 1)]", list: ['a'] } },
    {
      type: 'object',
      typeText: 'object',
      required: false,
      default: { expression: `{"name":"[format('{0}', 1)]","list":["a"]}` },
    },
  ],
  [
    'a bracket within a default',
    { type: 'array', defaultValue: [{ a: '[[x]' }] },
    { type: 'array', typeText: 'array', required: false, default: { value: [{ a: '[x]' }] } },
  ],
];

const definitions = {
  full: { $ref: '#/definitions/c', nullable: false },
  parts: {
    type: 'object',
    properties: {
      'a/b': { type: 'string', nullable: true, maxLength: 3 },
      list: { type: 'array', items: { $ref: '#/definitions/c' } },
    },
    additionalProperties: { type: 'bool' },
  },
  pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'int' }] },
  circle: {
    type: 'object',
    properties: { a: { type: 'array', items: { $ref: '#/definitions/circle/properties/a' } } },
  },
  alias: { $ref: '#/definitions/parts/properties/a~1b' },
  'a/b': { $ref: '#/definitions/%63' },
  c: { type: 'string', nullable: true },
  variant: { type: 'object' },
};

it.each(parameters)('a parameter of a compiled template: %s', (_, schema, input) => {
  const { inputs } = readCompiled({ definitions, parameters: { p: schema } }, null).interface;

  expect(inputs).toEqual([{ name: 'p', ...input }]);
});
