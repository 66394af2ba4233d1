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
];

const definitions = {
  'a/b': { $ref: '#/definitions/%63' },
  c: { type: 'string', nullable: true },
  variant: { type: 'object' },
};

it.each(parameters)('a parameter of a compiled template: %s', (_, schema, input) => {
  const { inputs } = readCompiled({ definitions, parameters: { p: schema } }, null).interface;

  expect(inputs).toEqual([{ name: 'p', ...input }]);
});
