import { describe, expect, it } from 'vitest';

import type { Footprint, ModuleInterface } from '../../module/model.ts';
import { readCompiled } from './read.ts';

const emptyInterface: ModuleInterface = {
  scopes: [],
  inputs: [],
  outputs: [],
  types: [],
  functions: [],
  variables: [],
};

const emptyFootprint: Footprint = {
  resources: [],
  data: [],
  ephemeral: [],
  modules: [],
  providers: [],
  roleAssignments: [],
  escapeHatches: [],
  telemetry: [],
  moves: [],
  removals: [],
  imports: [],
  checks: [],
};

type Template = Readonly<Record<string, unknown>>;

const schemaOf = (name: string) => `https://schema.management.azure.com/schemas/2019-08-01/${name}.json#`;

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

const interfaces: readonly (readonly [title: string, Template, Partial<ModuleInterface>])[] = [
  ['nothing', {}, {}],
  ...(
    [
      ['deploymentTemplate', 'resourceGroup'],
      ['subscriptionDeploymentTemplate', 'subscription'],
      ['managementGroupDeploymentTemplate', 'managementGroup'],
      ['tenantDeploymentTemplate', 'tenant'],
    ] as const
  ).map(
    ([name, scope]) => [`${scope} as the scope`, { $schema: schemaOf(name) }, { scopes: [scope] }] as const,
  ),
  ['a scope that is no scope', { $schema: schemaOf('constructorDeploymentTemplate') }, { scopes: [] }],
  [
    'outputs',
    {
      outputs: {
        id: { type: 'string', metadata: { description: 'The id.' }, value: '' },
        key: { type: 'securestring' },
      },
    },
    {
      outputs: [
        { name: 'id', type: 'string', typeText: 'string', description: 'The id.' },
        { name: 'key', type: 'string', typeText: 'string', secure: true },
      ],
    },
  ],
  [
    'types',
    {
      definitions: {
        own: { type: 'string', metadata: { '__bicep_export!': true, description: 'Own.' } },
        lockType: {
          type: 'object',
          nullable: true,
          metadata: {
            '__bicep_imported_from!': { sourceTemplate: 'br:x.azurecr.io/y:1', originalIdentifier: 'lock' },
          },
        },
        node: { type: 'object', properties: { next: { $ref: '#/definitions/node', nullable: true } } },
      },
    },
    {
      types: [
        { name: 'own', type: 'string', exported: true, description: 'Own.' },
        {
          name: 'lockType',
          type: 'object',
          exported: false,
          nullable: true,
          importedFrom: { source: 'br:x.azurecr.io/y:1', name: 'lock' },
        },
        {
          name: 'node',
          type: {
            kind: 'object',
            properties: [
              { name: 'next', type: { kind: 'reference', name: 'node' }, required: false, nullable: true },
            ],
          },
          exported: false,
        },
      ],
    },
  ],
  [
    'functions',
    {
      functions: [
        {
          namespace: '__bicep',
          members: {
            hello: {
              parameters: [{ type: 'string', name: 'who', nullable: true }],
              output: { type: 'string', value: '' },
              metadata: { '__bicep_export!': true, description: 'Greets.' },
            },
          },
        },
        { namespace: 'contoso', members: { old: { output: { type: 'int', value: 1 } } } },
      ],
    },
    {
      functions: [
        {
          name: 'hello',
          parameters: [{ name: 'who', type: { kind: 'refined', type: 'string', nullable: true } }],
          returns: 'string',
          exported: true,
          description: 'Greets.',
        },
        { name: 'contoso.old', parameters: [], returns: 'int', exported: false },
      ],
    },
  ],
  [
    'variables that others can import',
    {
      metadata: { '__bicep_exported_variables!': [{ name: 'zones', description: 'Zones.' }, { name: 'x' }] },
    },
    { variables: [{ name: 'zones', description: 'Zones.' }, { name: 'x' }] },
  ],
];

const vault = { type: 'Microsoft.KeyVault/vaults', apiVersion: '2024-11-01', name: 'v' };
const vaultUse = { type: 'Microsoft.KeyVault/vaults', apiVersion: '2024-11-01' };
const deployment = (template: unknown, more: object = {}) => ({
  type: 'Microsoft.Resources/deployments',
  apiVersion: '2025-04-01',
  name: 'm',
  properties: { expressionEvaluationOptions: { scope: 'Inner' }, mode: 'Incremental', template },
  ...more,
});

const footprints: readonly (readonly [title: string, Template, Partial<Footprint>])[] = [
  [
    'symbolic names',
    {
      resources: {
        vault: { ...vault, condition: '[true()]', properties: { publicNetworkAccess: 'Disabled' } },
        known: { ...vault, existing: true },
        many: { ...vault, copy: { name: 'many', count: 2 } },
      },
    },
    {
      resources: [
        { address: 'vault', ...vaultUse, conditional: true, publicNetworkAccess: 'Disabled' },
        { address: 'known', ...vaultUse, existing: true },
        { address: 'many', ...vaultUse, repeated: true },
      ],
    },
  ],
  [
    'a list, with children',
    {
      resources: [
        {
          ...vault,
          name: "[parameters('name')]",
          resources: [{ type: 'secrets', apiVersion: '2024-11-01', name: 's' }],
        },
      ],
    },
    {
      resources: [
        { address: "parameters('name')", ...vaultUse },
        {
          address: "parameters('name')::s",
          type: 'Microsoft.KeyVault/vaults/secrets',
          apiVersion: '2024-11-01',
        },
      ],
    },
  ],
  [
    'modules within modules',
    {
      resources: {
        outer: deployment(
          { resources: { inner: deployment({ resources: [vault] }) } },
          { copy: { name: 'outer', count: 2 } },
        ),
      },
    },
    {
      modules: [
        { name: 'outer', repeated: true },
        { name: 'inner', within: 'outer' },
      ],
      resources: [{ address: 'v', ...vaultUse, within: 'outer/inner' }],
    },
  ],
  [
    'a deployment that is written by hand, and telemetry',
    {
      resources: {
        hand: { ...deployment({ resources: [vault] }), properties: { mode: 'Incremental', template: {} } },
        avmTelemetry: {
          type: 'Microsoft.Resources/deployments',
          apiVersion: '2024-03-01',
          name: "[format('46d3xbcp.res.keyvault-vault.{0}', '1')]",
          condition: "[parameters('enableTelemetry')]",
        },
        old: {
          type: 'Microsoft.Resources/deployments',
          apiVersion: '2021-04-01',
          name: 'pid-47ed15a6-730a-4827-bcb4-0fd963ffbd82',
        },
      },
    },
    {
      resources: [
        { address: 'hand', type: 'Microsoft.Resources/deployments', apiVersion: '2025-04-01' },
        {
          address: 'avmTelemetry',
          type: 'Microsoft.Resources/deployments',
          apiVersion: '2024-03-01',
          conditional: true,
        },
        { address: 'old', type: 'Microsoft.Resources/deployments', apiVersion: '2021-04-01' },
      ],
      telemetry: [
        { address: 'avmTelemetry', prefix: '46d3xbcp.res.keyvault-vault' },
        { address: 'old', prefix: 'pid-47ed15a6-730a-4827-bcb4-0fd963ffbd82' },
      ],
    },
  ],
  [
    'roles and scripts, also within a module',
    {
      resources: {
        role: {
          type: 'Microsoft.Authorization/roleAssignments',
          apiVersion: '2022-04-01',
          properties: { roleDefinitionId: "[variables('owner')]" },
        },
        inner: deployment({
          resources: {
            run: { type: 'Microsoft.Resources/deploymentScripts', apiVersion: '2023-08-01' },
            seen: {
              type: 'Microsoft.Authorization/roleAssignments',
              apiVersion: '2022-04-01',
              existing: true,
            },
          },
        }),
      },
    },
    {
      modules: [{ name: 'inner' }],
      resources: [
        { address: 'role', type: 'Microsoft.Authorization/roleAssignments', apiVersion: '2022-04-01' },
        {
          address: 'run',
          type: 'Microsoft.Resources/deploymentScripts',
          apiVersion: '2023-08-01',
          within: 'inner',
        },
        {
          address: 'seen',
          type: 'Microsoft.Authorization/roleAssignments',
          apiVersion: '2022-04-01',
          existing: true,
          within: 'inner',
        },
      ],
      roleAssignments: [{ address: 'role', role: "variables('owner')" }],
      escapeHatches: [{ kind: 'deployment-script', address: 'run', within: 'inner' }],
    },
  ],
  [
    'extensions, as compilers wrote them in turn',
    {
      imports: { k8s: { provider: 'Kubernetes', version: '1.0' } },
    },
    { providers: [{ name: 'Kubernetes', version: '1.0' }] },
  ],
  [
    'extensions of today',
    { extensions: { graph: { name: 'MicrosoftGraph', version: '0.1.8-preview' } } },
    { providers: [{ name: 'MicrosoftGraph', version: '0.1.8-preview' }] },
  ],
];

describe('a compiled template', () => {
  it.each(parameters)('has a parameter: %s', (_, schema, input) => {
    const { inputs } = readCompiled({ definitions, parameters: { p: schema } }, null).interface;

    expect(inputs).toEqual([{ name: 'p', ...input }]);
  });

  it.each(interfaces)('has an interface: %s', (_, template, expected) => {
    expect(readCompiled(template, null).interface).toEqual({ ...emptyInterface, ...expected });
  });

  it.each(footprints)('has a footprint: %s', (_, template, expected) => {
    expect(readCompiled(template, null).footprint).toEqual({ ...emptyFootprint, ...expected });
  });

  it('says what it is', () => {
    const metadata = { name: 'Key Vaults', description: 'Makes a vault.' };

    expect(readCompiled({ metadata }, 'resource')).toEqual({
      model: 1,
      language: 'bicep',
      class: 'resource',
      ...metadata,
      form: 'compiled',
      interface: emptyInterface,
      footprint: emptyFootprint,
      submodules: [],
      examples: [],
      problems: [],
    });
  });
});
