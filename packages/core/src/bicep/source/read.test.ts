import { describe, expect, it } from 'vitest';

import type { Footprint, Module, ModuleInterface } from '../../module/model.ts';
import { readSource } from './read.ts';

type Files = Readonly<Record<string, string>>;

function read(source: string | Files): Module {
  const files = typeof source === 'string' ? { 'main.bicep': source } : source;
  return readSource((path) => files[path], 'main.bicep', null)!;
}

/** Without the places, which have a test of their own. */
function placeless<Part>(part: Part): Part {
  return JSON.parse(
    JSON.stringify(part, (key, value: unknown) => (key === 'at' ? undefined : value)),
  ) as Part;
}

const nothing: ModuleInterface = {
  scopes: ['resourceGroup'],
  inputs: [],
  outputs: [],
  types: [],
  functions: [],
  variables: [],
};

const nowhere: Footprint = {
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

const types: readonly (readonly [title: string, source: string | Files, Partial<ModuleInterface>])[] = [
  [
    'null behind names, and an end to it',
    'param a t\nparam b u\nparam c t!\ntype t = u\ntype u = string?',
    {
      inputs: [
        { name: 'a', type: { kind: 'reference', name: 't' }, typeText: 't', required: false },
        { name: 'b', type: { kind: 'reference', name: 'u' }, typeText: 'u', required: false },
        {
          name: 'c',
          type: { kind: 'reference', name: 't' },
          typeText: 't!',
          required: true,
          nullable: false,
        },
      ],
      types: [
        { name: 't', type: { kind: 'reference', name: 'u' }, exported: false },
        { name: 'u', type: 'string', exported: false, nullable: true },
      ],
    },
  ],
  [
    'a type that contains itself',
    "@export()\n@description('A node.')\ntype node = { next: node? }",
    {
      types: [
        {
          name: 'node',
          type: {
            kind: 'object',
            properties: [
              { name: 'next', type: { kind: 'reference', name: 'node' }, required: false, nullable: true },
            ],
          },
          exported: true,
          description: 'A node.',
        },
      ],
    },
  ],
  [
    'null behind the name of a type that is used inside itself',
    'param p b\ntype b = { y: a }?\ntype a = { x: c, z: (b | null)? }\ntype c = b',
    {
      inputs: [{ name: 'p', type: { kind: 'reference', name: 'b' }, typeText: 'b', required: false }],
      types: [
        {
          name: 'b',
          type: {
            kind: 'object',
            properties: [{ name: 'y', type: { kind: 'reference', name: 'a' }, required: true }],
          },
          exported: false,
          nullable: true,
        },
        {
          name: 'a',
          type: {
            kind: 'object',
            properties: [
              { name: 'x', type: { kind: 'reference', name: 'c' }, required: false },
              {
                name: 'z',
                type: { kind: 'union', members: [{ kind: 'reference', name: 'b' }, 'null'] },
                required: false,
                nullable: true,
              },
            ],
          },
          exported: false,
        },
        { name: 'c', type: { kind: 'reference', name: 'b' }, exported: false },
      ],
    },
  ],
  [
    'variants that are used inside themselves, also under another name',
    `type v = {
  kind: 'x'
  @discriminator('kind')
  next: (w | { kind: 'z' })?
}
@discriminator('kind')
type u = v | { kind: 'y' }
type w = u`,
    {
      types: [
        {
          name: 'v',
          type: {
            kind: 'object',
            properties: [
              { name: 'kind', type: 'string', required: true, allowed: ['x'] },
              {
                name: 'next',
                type: {
                  kind: 'discriminated',
                  property: 'kind',
                  variants: [
                    { value: 'x', type: { kind: 'reference', name: 'v' } },
                    {
                      value: 'y',
                      type: {
                        kind: 'object',
                        properties: [{ name: 'kind', type: 'string', required: true, allowed: ['y'] }],
                      },
                    },
                    {
                      value: 'z',
                      type: {
                        kind: 'object',
                        properties: [{ name: 'kind', type: 'string', required: true, allowed: ['z'] }],
                      },
                    },
                  ],
                },
                required: false,
                nullable: true,
              },
            ],
          },
          exported: false,
        },
        {
          name: 'u',
          type: {
            kind: 'discriminated',
            property: 'kind',
            variants: [
              { value: 'x', type: { kind: 'reference', name: 'v' } },
              {
                value: 'y',
                type: {
                  kind: 'object',
                  properties: [{ name: 'kind', type: 'string', required: true, allowed: ['y'] }],
                },
              },
            ],
          },
          exported: false,
        },
        { name: 'w', type: { kind: 'reference', name: 'u' }, exported: false },
      ],
    },
  ],
  [
    'a type with the name of one of the language',
    'param a bool\nparam b sys.bool\nparam c int[]\ntype bool = sys.string\ntype int = string',
    {
      inputs: [
        { name: 'a', type: { kind: 'reference', name: 'bool' }, typeText: 'bool', required: true },
        { name: 'b', type: 'bool', typeText: 'bool', required: true },
        {
          name: 'c',
          type: { kind: 'array', element: { kind: 'reference', name: 'int' } },
          typeText: 'int[]',
          required: true,
        },
      ],
      types: [
        { name: 'bool', type: 'string', exported: false },
        { name: 'int', type: 'string', exported: false },
      ],
    },
  ],
  [
    'parts of types',
    'type t = { list: (string?)[], *: int }\nparam a t.list\nparam b t.list[*]\nparam c t.*\nparam d [int, bool][1]',
    {
      inputs: [
        {
          name: 'a',
          type: { kind: 'array', element: { kind: 'refined', type: 'string', nullable: true } },
          typeText: 'string?[]',
          required: true,
        },
        { name: 'b', type: 'string', typeText: 'string?', required: false, nullable: true },
        { name: 'c', type: 'int', typeText: 'int', required: true },
        { name: 'd', type: 'bool', typeText: 'bool', required: true },
      ],
      types: [
        {
          name: 't',
          type: {
            kind: 'object',
            properties: [
              {
                name: 'list',
                type: { kind: 'array', element: { kind: 'refined', type: 'string', nullable: true } },
                required: true,
              },
            ],
            additional: 'int',
          },
          exported: false,
        },
      ],
    },
  ],
  [
    'a type of a file of the module, which uses another one there',
    {
      'main.bicep': "import { lock as lockType } from 'shared/types.bicep'\nparam lock lockType",
      'shared/types.bicep': "import { kind } from '../kind.bicep'\n@export()\ntype lock = { kind: kind }?",
      'kind.bicep': "@export()\ntype kind = 'a' | 'b'",
    },
    {
      inputs: [
        {
          name: 'lock',
          type: { kind: 'reference', name: 'lockType' },
          typeText: 'lockType',
          required: false,
        },
      ],
      types: [
        {
          name: 'lockType',
          type: {
            kind: 'object',
            properties: [{ name: 'kind', type: { kind: 'reference', name: '_1.kind' }, required: true }],
          },
          exported: false,
          nullable: true,
          importedFrom: { source: 'shared/types.bicep', name: 'lock' },
        },
        {
          name: '_1.kind',
          type: 'string',
          exported: false,
          allowed: ['a', 'b'],
          importedFrom: { source: '../kind.bicep', name: 'kind' },
        },
      ],
    },
  ],
  [
    'types of a registry, of which the names are known',
    "import * as t from 'br/public:x/y:1.0'\nimport { lock } from 'br/public:x/y:1.0'\nparam a lock?\nparam b t.role[]",
    {
      inputs: [
        {
          name: 'a',
          type: { kind: 'reference', name: 'lock' },
          typeText: 'lock?',
          required: false,
          nullable: true,
        },
        {
          name: 'b',
          type: { kind: 'array', element: { kind: 'reference', name: 't.role' } },
          typeText: 't.role[]',
          required: true,
        },
      ],
      types: [
        {
          name: 'lock',
          type: 'any',
          exported: false,
          importedFrom: { source: 'br/public:x/y:1.0', name: 'lock' },
        },
        {
          name: 't.role',
          type: 'any',
          exported: false,
          importedFrom: { source: 'br/public:x/y:1.0', name: 'role' },
        },
      ],
    },
  ],
  [
    'outputs, functions and variables',
    "targetScope = 'subscription'\n@secure()\noutput key string = ''\n@export()\nfunc hello(who string?) string => who!\n@export()\n@description('Zones.')\nvar zones = []\nvar own = 1",
    {
      scopes: ['subscription'],
      outputs: [{ name: 'key', type: 'string', typeText: 'string', secure: true }],
      functions: [
        {
          name: 'hello',
          parameters: [{ name: 'who', type: { kind: 'refined', type: 'string', nullable: true } }],
          returns: 'string',
          value: { expression: 'who!' },
          exported: true,
        },
      ],
      variables: [{ name: 'zones', value: { value: [] }, description: 'Zones.' }],
    },
  ],
];

const vault = { type: 'Microsoft.KeyVault/vaults', apiVersion: '2024-11-01' };
const footprints: readonly (readonly [title: string, source: string, Partial<Footprint>])[] = [
  [
    'conditions, loops, what is known and what is nested',
    `resource a 'Microsoft.KeyVault/vaults@2024-11-01' = if (x) {
  name: 'a'
  properties: { publicNetworkAccess: 'Disabled' }
  resource s 'secrets' = [for n in names: { name: n }]
}
resource b 'Microsoft.KeyVault/vaults@2024-11-01' existing = { name: 'b' }
resource c 'Microsoft.KeyVault/vaults@2024-11-01' = [for n in names: if (x) { name: n }]`,
    {
      resources: [
        { address: 'a', ...vault, conditional: true, publicNetworkAccess: 'Disabled' },
        {
          address: 'a::s',
          type: 'Microsoft.KeyVault/vaults/secrets',
          apiVersion: '2024-11-01',
          repeated: true,
        },
        { address: 'b', ...vault, existing: true },
        { address: 'c', ...vault, conditional: true, repeated: true },
      ],
    },
  ],
  [
    'modules',
    `module a 'inner/a.bicep' = if (x) { name: 'a' }
module b 'br/public:avm/res/key-vault/vault:0.9.0' = [for n in names: { name: n }]
module c 'br:localhost:5000/x/y@sha256:abc' = { name: 'c' }
module d 'ts:00000000-0000-0000-0000-000000000000/rg/spec:v1' = { name: 'd' }`,
    {
      modules: [
        { name: 'a', source: 'inner/a.bicep', conditional: true },
        { name: 'b', source: 'br/public:avm/res/key-vault/vault', version: '0.9.0', repeated: true },
        { name: 'c', source: 'br:localhost:5000/x/y', version: 'sha256:abc' },
        { name: 'd', source: 'ts:00000000-0000-0000-0000-000000000000/rg/spec', version: 'v1' },
      ],
    },
  ],
  [
    'deployments that are written as resources',
    `resource spec 'Microsoft.Resources/deployments@2025-04-01' = if (x) {
  name: 'spec'
  properties: {
    templateLink: {
      id: '/subscriptions/s/resourceGroups/g/providers/Microsoft.Resources/templateSpecs/vault/versions/1.0'
    }
  }
}
resource linked 'microsoft.resources/Deployments@2025-04-01' = {
  name: 'linked'
  properties: { templateLink: { uri: uri(base, 'a.json') } }
}
resource inner 'Microsoft.Resources/deployments@2025-04-01' = {
  name: 'inner'
  properties: { expressionEvaluationOptions: { scope: 'Inner' }, template: { resources: [] } }
}
resource outer 'Microsoft.Resources/deployments@2025-04-01' = {
  name: 'outer'
  properties: { template: { resources: [] } }
}
resource known 'Microsoft.Resources/deployments@2025-04-01' existing = { name: 'known' }`,
    {
      modules: [
        { name: 'spec', source: 'ts:s/g/vault', version: '1.0', conditional: true },
        { name: 'linked', source: "uri(base, 'a.json')" },
        { name: 'inner' },
      ],
      resources: [
        { address: 'outer', type: 'Microsoft.Resources/deployments', apiVersion: '2025-04-01' },
        {
          address: 'known',
          type: 'Microsoft.Resources/deployments',
          apiVersion: '2025-04-01',
          existing: true,
        },
      ],
    },
  ],
  [
    'telemetry, roles, scripts',
    `resource t 'Microsoft.Resources/deployments@2024-03-01' = if (enableTelemetry) {
  name: '46d3xbcp.res.keyvault-vault.\${replace('-..--..-', '.', '-')}'
}
resource r 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: 'r'
  properties: { roleDefinitionId: roles[0] }
}
resource s 'Microsoft.Resources/deploymentScripts@2023-08-01' = { name: 's' }`,
    {
      resources: [
        {
          address: 't',
          type: 'Microsoft.Resources/deployments',
          apiVersion: '2024-03-01',
          conditional: true,
        },
        { address: 'r', type: 'Microsoft.Authorization/roleAssignments', apiVersion: '2022-04-01' },
        { address: 's', type: 'Microsoft.Resources/deploymentScripts', apiVersion: '2023-08-01' },
      ],
      roleAssignments: [{ address: 'r', role: 'roles[0]' }],
      escapeHatches: [{ kind: 'deployment-script', address: 's' }],
      telemetry: [{ address: 't', prefix: '46d3xbcp.res.keyvault-vault' }],
    },
  ],
  [
    'extensions',
    "extension 'br:mcr.microsoft.com/x/graph/v1.0:0.1.8' as graph\nextension kubernetes\nextension 'kubernetes@1.0.0' as k8s",
    {
      providers: [
        { name: 'graph', source: 'br:mcr.microsoft.com/x/graph/v1.0', version: '0.1.8' },
        { name: 'kubernetes' },
        { name: 'k8s', source: 'kubernetes', version: '1.0.0' },
      ],
    },
  ],
];

describe('a Bicep source', () => {
  it.each(types)('has an interface: %s', (_, source, expected) => {
    expect(placeless(read(source).interface)).toEqual({ ...nothing, ...expected });
  });

  it.each(footprints)('has a footprint: %s', (_, source, expected) => {
    const { problems, footprint } = read(source);

    expect(problems).toEqual([]);
    expect(placeless(footprint)).toEqual({ ...nowhere, ...expected });
  });

  it('says what it is, and where each thing and each problem stands', () => {
    expect(
      read("metadata name = 'Vaults'\nmetadata description = 'Makes one.'\n\n  param a string\nparam\n"),
    ).toEqual({
      model: 1,
      language: 'bicep',
      class: null,
      name: 'Vaults',
      description: 'Makes one.',
      form: 'source',
      interface: {
        ...nothing,
        inputs: [
          {
            name: 'a',
            type: 'string',
            typeText: 'string',
            required: true,
            at: { file: 'main.bicep', line: 4, column: 9 },
          },
        ],
      },
      footprint: nowhere,
      submodules: [],
      examples: [],
      problems: [{ message: expect.any(String) as string, at: { file: 'main.bicep', line: 5, column: 6 } }],
    });
  });

  it('is none without its file', () => {
    expect(readSource(() => undefined, 'main.bicep', null)).toBeUndefined();
  });
});

describe('modules of a module', () => {
  const filesOf = (files: Readonly<Record<string, string>>) =>
    readSource((path) => files[path], 'main.bicep', null)!;
  const vault = "resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {\n  name: 'v'\n}\n";

  it('are read as far as they are files', () => {
    const { resources, modules } = filesOf({
      'main.bicep': "module outer 'sub/outer.bicep' = {\n}\nmodule far 'br/public:a/b:1.0' = {\n}",
      'sub/outer.bicep': "module inner '../inner.bicep' = [for i in [1]: {\n}]",
      'inner.bicep': vault,
    }).footprint;

    expect(modules.map(({ name, source, within }) => [name, source, within])).toEqual([
      ['outer', 'sub/outer.bicep', undefined],
      ['inner', '../inner.bicep', 'outer'],
      ['far', 'br/public:a/b', undefined],
    ]);
    expect(resources).toEqual([
      {
        address: 'vault',
        type: 'Microsoft.KeyVault/vaults',
        apiVersion: '2024-11-01',
        within: 'outer/inner',
        at: { file: 'inner.bicep', line: 1, column: 10 },
      },
    ]);
  });

  it('end where they call themselves', () => {
    const { modules } = filesOf({
      'main.bicep': "module a 'a.bicep' = {\n}",
      'a.bicep': "module b 'main.bicep' = {\n}\nmodule c 'a.bicep' = {\n}",
    }).footprint;

    expect(modules.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('are not read for ever when each calls the next twice', () => {
    const files = Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => [
        index === 0 ? 'main.bicep' : `${index}.bicep`,
        `module a '${index + 1}.bicep' = {\n}\nmodule b '${index + 1}.bicep' = {\n}`,
      ]),
    );

    expect(filesOf(files).footprint.modules.length).toBeLessThan(20_000);
  });
});
