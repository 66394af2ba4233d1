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
          value: { value: '' },
          exported: true,
          description: 'Greets.',
        },
        { name: 'contoso.old', parameters: [], returns: 'int', value: { value: 1 }, exported: false },
      ],
    },
  ],
  [
    'variables that others can import',
    {
      metadata: {
        '__bicep_exported_variables!': [
          { name: 'zones', description: 'Zones.', type: { type: 'array', items: { type: 'string' } } },
          { name: 'x' },
          { name: 'loop' },
        ],
      },
      variables: { zones: ['1'], x: '[uniqueString(1)]', copy: [{ name: 'loop', count: 1, input: 1 }] },
    },
    {
      variables: [
        {
          name: 'zones',
          type: { kind: 'array', element: 'string' },
          value: { value: ['1'] },
          description: 'Zones.',
        },
        { name: 'x', value: { expression: 'uniqueString(1)' } },
        { name: 'loop' },
      ],
    },
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
    'a child with its whole type, and a version in a variable',
    {
      variables: { versions: { vault: '2024-11-01' } },
      resources: [
        {
          ...vault,
          apiVersion: "[variables('versions').vault]",
          resources: [{ type: 'microsoft.keyVault/vaults/secrets', apiVersion: '2024-11-01', name: 'v/s' }],
        },
      ],
    },
    {
      resources: [
        { address: 'v', ...vaultUse },
        { address: 'v::v/s', type: 'microsoft.keyVault/vaults/secrets', apiVersion: '2024-11-01' },
      ],
    },
  ],
  [
    'resources of an extension, which have their version behind their type',
    {
      resources: {
        group: { import: 'graph', type: 'Microsoft.Graph/groups@v1.0', properties: {} },
        app: {
          extension: 'graph',
          existing: true,
          type: 'Microsoft.Graph/applications@beta',
          properties: {},
        },
      },
    },
    {
      resources: [
        { address: 'group', type: 'Microsoft.Graph/groups', apiVersion: 'v1.0' },
        { address: 'app', type: 'Microsoft.Graph/applications', apiVersion: 'beta', existing: true },
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
    { providers: [{ name: 'k8s', source: 'Kubernetes', version: '1.0' }] },
  ],
  [
    'extensions of today',
    {
      extensions: {
        graph: { name: 'MicrosoftGraph', version: '0.1.8-preview' },
        beta: { name: 'MicrosoftGraph', version: '0.2.0-preview' },
        kubernetes: { name: 'kubernetes', version: '1.0.0' },
      },
    },
    {
      providers: [
        { name: 'graph', source: 'MicrosoftGraph', version: '0.1.8-preview' },
        { name: 'beta', source: 'MicrosoftGraph', version: '0.2.0-preview' },
        { name: 'kubernetes', version: '1.0.0' },
      ],
    },
  ],
  [
    'templates that lie elsewhere',
    {
      resources: {
        spec: {
          type: 'Microsoft.Resources/deployments',
          apiVersion: '2025-04-01',
          properties: {
            templateLink: {
              id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Resources/templateSpecs/vault/versions/1.0',
            },
          },
        },
        linked: {
          type: 'Microsoft.Resources/deployments',
          apiVersion: '2025-04-01',
          condition: true,
          properties: { templateLink: { uri: "[uri(parameters('base'), 'a.json')]" } },
        },
      },
    },
    {
      modules: [
        { name: 'spec', source: 'ts:s/g/vault', version: '1.0' },
        { name: 'linked', source: "uri(parameters('base'), 'a.json')", conditional: true },
      ],
    },
  ],
];

describe('a compiled template', () => {
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
