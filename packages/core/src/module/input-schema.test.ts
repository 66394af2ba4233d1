import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';

import { readTerraform } from '../terraform/source/read.ts';
import { inputSchema } from './input-schema.ts';
import { inputTypes } from './input-types.ts';
import type { Input, Module, NamedType } from './model.ts';
import { moduleOf } from './model.suite.ts';
import type { Constraints, Type } from './type.ts';

const schemaOf = (inputs: readonly Input[], types: readonly NamedType[] = []) =>
  inputSchema(moduleOf({ inputs, types }));

function input(type: Type, rest: Partial<Input> = {}): Input {
  return { name: 'x', type, typeText: '', required: false, ...rest };
}

describe('the schema of one input', () => {
  const property = (name: string, type: Type, required = true) => ({ name, type, required });

  it.each<[Type, Constraints, object]>([
    ['string', {}, { type: 'string' }],
    [
      'string',
      { minLength: 1, maxLength: 9, pattern: '^a' },
      { type: 'string', minLength: 1, maxLength: 9, pattern: '^a' },
    ],
    ['string', { allowed: ['a', 'b'] }, { type: 'string', enum: ['a', 'b'] }],
    ['string', { nullable: true }, { type: ['string', 'null'] }],
    [
      'string',
      { allowed: ['a'], nullable: true },
      { anyOf: [{ type: 'string', enum: ['a'] }, { type: 'null' }] },
    ],
    ['string', { secure: true }, { type: 'string', writeOnly: true }],
    ['int', { minValue: 1, maxValue: 5 }, { type: 'integer', minimum: 1, maximum: 5 }],
    [
      'number',
      { minValue: 0, minExclusive: true, maxValue: 5, maxExclusive: true },
      { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 5 },
    ],
    // What JSON Schema knows nothing of.
    ['string', { pattern: '(?i)^a' }, { type: 'string' }],
    ['bool', {}, { type: 'boolean' }],
    ['any', { nullable: true }, {}],
    ['object', { minLength: 1 }, { type: 'object', minProperties: 1 }],
    [
      { kind: 'array', element: 'string' },
      { minLength: 1 },
      { type: 'array', items: { type: 'string' }, minItems: 1 },
    ],
    [
      { kind: 'array', element: 'string' },
      { allowed: ['a'] },
      { type: 'array', items: { type: 'string', enum: ['a'] } },
    ],
    // Where lists are allowed, they are the values.
    ['array', { allowed: [['a'], ['b', 1]] }, { type: 'array', enum: [['a'], ['b', 1]] }],
    [{ kind: 'set', element: 'number' }, {}, { type: 'array', items: { type: 'number' }, uniqueItems: true }],
    [{ kind: 'map', element: 'string' }, {}, { type: 'object', additionalProperties: { type: 'string' } }],
    [
      { kind: 'tuple', elements: ['string', 'int'] },
      {},
      { type: 'array', prefixItems: [{ type: 'string' }, { type: 'integer' }], minItems: 2, items: false },
    ],
    [
      {
        kind: 'object',
        properties: [property('a', 'string'), property('__proto__', 'int', false)],
        sealed: true,
      },
      {},
      {
        type: 'object',
        properties: Object.fromEntries([
          ['a', { type: 'string' }],
          ['__proto__', { type: 'integer' }],
        ]),
        required: ['a'],
        additionalProperties: false,
      },
    ],
    [
      {
        kind: 'union',
        members: [
          { kind: 'literal', value: 'a' },
          { kind: 'literal', value: 1 },
        ],
      },
      {},
      { enum: ['a', 1] },
    ],
    [{ kind: 'union', members: ['string', 'int'] }, {}, { anyOf: [{ type: 'string' }, { type: 'integer' }] }],
    [
      {
        kind: 'discriminated',
        property: 'kind',
        variants: [{ value: 'a', type: { kind: 'object', properties: [property('b', 'int')] } }],
      },
      {},
      {
        type: 'object',
        required: ['kind'],
        oneOf: [
          {
            properties: { kind: { const: 'a' } },
            allOf: [{ type: 'object', properties: { b: { type: 'integer' } }, required: ['b'] }],
          },
        ],
      },
    ],
    [
      { kind: 'resource', direction: 'input', resource: 'A/b@1', path: 'properties/tags', base: 'object' },
      {},
      { type: 'object', $comment: 'As A/b@1 has it at properties/tags' },
    ],
    [{ kind: 'refined', type: 'string', minLength: 2 }, {}, { type: 'string', minLength: 2 }],
  ])('%j %j', (type, constraints, expected) => {
    const { properties } = schemaOf([input(type, constraints)]) as { properties: Record<string, object> };

    expect(properties).toEqual({ x: expected });
  });
});

it('says what is required, what is said about an input, and its default', () => {
  const schema = schemaOf([
    input('string', { name: 'a', required: true, description: 'First.' }),
    input('int', { name: 'b', default: { value: 3 }, deprecated: 'use a' }),
    input('string', { name: 'c', default: { expression: 'resourceGroup().location' } }),
  ]);

  expect(schema).toEqual({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    properties: {
      a: { type: 'string', description: 'First.' },
      b: { type: 'integer', default: 3, deprecated: true },
      c: { type: 'string', $comment: 'The default is worked out: resourceGroup().location' },
    },
    required: ['a'],
    additionalProperties: false,
  });
});

it('says what the validations of Terraform say', () => {
  const text = `
variable "sku" {
  type = string
  validation {
    condition     = var.sku == null || contains(["a", "b"], var.sku)
    error_message = "No."
  }
}
variable "name" {
  type    = string
  default = "abc"
  validation {
    condition     = can(regex("^[a-z]+$", var.name)) && length(var.name) < 5
    error_message = "No."
  }
}
variable "kinds" {
  type = set(string)
  validation {
    condition     = var.kinds == null ? true : alltrue([for kind in var.kinds : contains(["x", "y"], kind)])
    error_message = "No."
  }
}
variable "size" {
  type    = number
  default = 1
  validation {
    condition     = var.size > 0
    error_message = "No."
  }
}
`;
  const module = readTerraform({ paths: ['main.tf'], textOf: () => text }, null)!;
  const isTaken = new Ajv2020({ allowUnionTypes: true }).compile(inputSchema(module));
  const base = { sku: 'a', kinds: null };

  expect(
    [
      {},
      { sku: null },
      { kinds: ['x', 'y'] },
      { name: 'abcd', size: 0.5 },
      { sku: 'c' },
      { name: 'abcde' },
      { name: 'A' },
      { name: null },
      { kinds: ['x', 'z'] },
      { size: 0 },
      { size: null },
    ].map((values) => isTaken({ ...base, ...values })),
  ).toEqual([true, true, true, true, false, false, false, false, false, false, false]);
  expect(inputTypes(module)).toBe(
    [
      '/** What may be given to the module. */',
      'export interface Inputs {',
      '  sku: "a" | "b" | null;',
      '  /** @default "abc" */',
      '  name?: string;',
      '  kinds: ("x" | "y")[] | null;',
      '  /** @default 1 */',
      '  size?: number;',
      '}',
      '',
    ].join('\n'),
  );
});

it('defines named types once, those inside themselves too, and only those that are used', () => {
  const node: Type = {
    kind: 'object',
    properties: [
      { name: 'next', type: { kind: 'reference', name: 'a/b~c' }, required: false, nullable: true },
    ],
  };
  const schema = schemaOf(
    [input({ kind: 'reference', name: 'a/b~c' }), input({ kind: 'reference', name: 'gone' }, { name: 'y' })],
    [
      { name: 'a/b~c', type: node, exported: true, description: 'A list.' },
      { name: 'unused', type: 'string', exported: true },
    ],
  );
  const $ref = '#/$defs/a~1b~0c';

  expect(schema).toMatchObject({ properties: { x: { $ref }, y: {} } });
  expect(schema['$defs']).toEqual({
    'a/b~c': {
      type: 'object',
      properties: { next: { anyOf: [{ $ref }, { type: 'null' }] } },
      description: 'A list.',
    },
  });
});

it('carries the name and the description of the module', () => {
  const module: Module = { ...moduleOf({}), name: 'Vaults', description: 'Deploys one.' };

  expect(inputSchema(module)).toMatchObject({ title: 'Vaults', description: 'Deploys one.', properties: {} });
});

it('takes what the module takes, and nothing else', () => {
  const schema = schemaOf(
    [
      input('string', { name: 'name', required: true, maxLength: 4 }),
      input(
        { kind: 'array', element: { kind: 'reference', name: 'lock' } },
        { name: 'locks', nullable: true },
      ),
    ],
    [
      {
        name: 'lock',
        exported: true,
        type: {
          kind: 'discriminated',
          property: 'kind',
          variants: [
            { value: 'none', type: { kind: 'object', properties: [] } },
            {
              value: 'read',
              type: { kind: 'object', properties: [{ name: 'note', type: 'string', required: true }] },
            },
          ],
        },
      },
    ],
  );
  const isTaken = new Ajv2020({ allowUnionTypes: true }).compile(schema);

  expect(
    [
      { name: 'a' },
      { name: 'a', locks: null },
      { name: 'a', locks: [{ kind: 'none' }, { kind: 'read', note: 'x' }] },
      {},
      { name: 'abcde' },
      { name: 'a', other: 1 },
      { name: 'a', locks: [{ kind: 'read' }] },
      { name: 'a', locks: [{ kind: 'write' }] },
    ].map((value) => isTaken(value)),
  ).toEqual([true, true, true, false, false, false, false, false]);
});
