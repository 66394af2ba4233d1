import type { Pair } from './pair.ts';

const nested = (resources: unknown) => ({
  resources: {
    inner: {
      type: 'Microsoft.Resources/deployments',
      apiVersion: '2025-04-01',
      properties: {
        expressionEvaluationOptions: { scope: 'inner' },
        mode: 'Incremental',
        template: { resources },
      },
    },
  },
});
const input = (schema: unknown, definitions: unknown = {}) => ({ definitions, parameters: { p: schema } });

const vault = { type: 'Microsoft.KeyVault/vaults', apiVersion: '2024-11-01', name: "[parameters('name')]" };
const twins = [
  { ...vault, properties: { publicNetworkAccess: 'Disabled' } },
  { ...vault, condition: '[true()]', properties: { publicNetworkAccess: 'Enabled' } },
  { ...vault, type: 'Microsoft.Storage/storageAccounts', properties: { publicNetworkAccess: 'Enabled' } },
];
const partsOf = (type: string) => ({ t: { type: 'object', properties: { a: { type } } } });

const assigned = (id: string) => ({
  variables: { roles: { "Owner's": id } },
  resources: {
    role: {
      type: 'Microsoft.Authorization/roleAssignments',
      apiVersion: '2022-04-01',
      properties: { roleDefinitionId: "[resourceId('x', variables('roles')['Owner''s'])]" },
    },
  },
});

const exporting = (parameter: string, value: unknown) => ({
  functions: [
    {
      namespace: '__bicep',
      members: {
        hello: {
          parameters: [{ type: 'string', name: parameter }],
          output: { type: 'string', value },
          metadata: { '__bicep_export!': true },
        },
      },
    },
  ],
});

/** What shows only, or otherwise, in compiled templates. */
export const compiledTemplates: readonly Pair[] = [
  {
    title: 'a function works out what it gives in another way',
    before: exporting('name', "[toLower(parameters('name'))]"),
    after: exporting('name', "[toUpper(parameters('name'))]"),
    changes: [['function-value', 'functions.hello']],
    verdict: ['minor', 'minor'],
  },
  {
    title:
      'a parameter of a function that is called like another function, and one of a lambda, have other names',
    before: exporting(
      'concat',
      "[map(array(parameters('concat')), lambda('x', concat(lambdaVariables('x'), 'x')))]",
    ),
    after: exporting(
      'text',
      "[map(array(parameters('text')), lambda('y', concat(lambdaVariables('y'), 'x')))]",
    ),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a parameter of a function has another name',
    before: exporting('name', "[toLower(parameters('name'))]"),
    after: exporting('text', "[toLower(parameters('text'))]"),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a text has to match a pattern',
    before: input({ type: 'string' }),
    after: input({ type: 'string', pattern: '^a' }),
    changes: [['input-pattern-added', 'inputs.p']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a text has to match another pattern',
    before: input({ type: 'string', pattern: '^a' }),
    after: input({ type: 'string', pattern: '^b' }),
    changes: [['input-pattern-changed', 'inputs.p']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a text has to match a pattern that takes more',
    before: input({ type: 'string', pattern: '^[a-z]{1,22}$' }),
    after: input({ type: 'string', pattern: '^[a-z]{1,34}$' }),
    changes: [['input-pattern-widened', 'inputs.p']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a text has to match a pattern that takes less',
    before: input({ type: 'string', pattern: '[a-zA-Z]' }),
    after: input({ type: 'string', pattern: '[a-z]' }),
    changes: [['input-pattern-narrowed', 'inputs.p']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a text has to match the same pattern in other words',
    before: input({ type: 'string', pattern: '^\\d+$' }),
    after: input({ type: 'string', pattern: '^[0-9][0-9]*$' }),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a text has to match no pattern any more',
    before: input({ type: 'string', pattern: '^a' }),
    after: input({ type: 'string' }),
    changes: [['input-pattern-removed', 'inputs.p']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a secure type',
    before: input({ type: 'string' }),
    after: input({ type: 'securestring' }),
    changes: [['input-secure-added', 'inputs.p']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a secure object in another spelling',
    before: input({ type: 'secureObject' }),
    after: input({ type: 'secureobject' }),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a definition behind a reference may be null',
    before: input({ $ref: '#/definitions/t' }, { t: { type: 'string' } }),
    after: input({ $ref: '#/definitions/t' }, { t: { type: 'string', nullable: true } }),
    changes: [['input-nullable-added', 'types.t']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a definition behind two references is not null any more',
    before: input(
      { $ref: '#/definitions/t' },
      { t: { $ref: '#/definitions/u' }, u: { type: 'string', nullable: true } },
    ),
    after: input({ $ref: '#/definitions/t' }, { t: { $ref: '#/definitions/u' }, u: { type: 'string' } }),
    changes: [['input-nullable-removed', 'types.u']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a definition in place of a type written out',
    before: input({ type: 'object', properties: { a: { type: 'int' } } }),
    after: input({ $ref: '#/definitions/t' }, { t: { type: 'object', properties: { a: { type: 'int' } } } }),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'other properties are refused',
    before: input({ type: 'object', properties: { a: { type: 'int' } } }),
    after: input({ type: 'object', properties: { a: { type: 'int' } }, additionalProperties: false }),
    changes: [['input-type-narrowed', 'inputs.p']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'one more variant',
    before: input({
      type: 'object',
      discriminator: { propertyName: 'kind', mapping: { a: { type: 'object', properties: {} } } },
    }),
    after: input({
      type: 'object',
      discriminator: {
        propertyName: 'kind',
        mapping: { a: { type: 'object', properties: {} }, b: { type: 'object', properties: {} } },
      },
    }),
    changes: [['input-type-widened', 'inputs.p<b>']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'what may follow in a tuple',
    before: input({ type: 'array', prefixItems: [{ type: 'string' }], items: { type: 'int' } }),
    after: input({ type: 'array', prefixItems: [{ type: 'string' }], items: false }),
    changes: [['input-type-narrowed', 'inputs.p[]']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'allowed objects, read twice',
    before: input({ type: 'object', allowedValues: [{ a: 1 }, { a: 2 }] }),
    after: input({ type: 'object', allowedValues: [{ a: 2 }, { a: 1 }] }),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a list of resources becomes symbolic names',
    before: { resources: [{ type: 'Microsoft.KeyVault/vaults', apiVersion: '2024-11-01', name: 'v' }] },
    after: {
      resources: { vault: { type: 'Microsoft.KeyVault/vaults', apiVersion: '2024-11-01', name: 'v' } },
    },
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'two resources under one name, read twice',
    before: { resources: twins },
    after: { resources: twins.toReversed() },
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a property of a type that an input refers to',
    before: { ...input({ $ref: '#/definitions/t/properties/a' }), definitions: partsOf('string') },
    after: { ...input({ $ref: '#/definitions/t/properties/a' }), definitions: partsOf('int') },
    changes: [['input-type-changed', 'inputs.p']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a variable stands for another role',
    before: assigned('a'),
    after: assigned('b'),
    changes: [['role-assignment-changed', 'footprint.roleAssignments.role']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a module within makes something else',
    before: nested([{ type: 'Microsoft.KeyVault/vaults', apiVersion: '2024-11-01', name: 'v' }]),
    after: nested([{ type: 'Microsoft.Storage/storageAccounts', apiVersion: '2024-01-01', name: 's' }]),
    changes: [
      ['resource-removed', 'footprint.resources.microsoft.keyvault/vaults'],
      ['resource-added', 'footprint.resources.microsoft.storage/storageaccounts'],
    ],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a module within runs a script',
    before: nested({}),
    after: nested({
      run: { type: 'Microsoft.Resources/deploymentScripts', apiVersion: '2023-08-01', name: 's' },
    }),
    changes: [
      ['escape-hatch-added', 'footprint.escapeHatches.deployment-script in a module'],
      ['resource-added', 'footprint.resources.microsoft.resources/deploymentscripts'],
    ],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a module within gives a role',
    before: nested({}),
    after: nested({
      role: { type: 'Microsoft.Authorization/roleAssignments', apiVersion: '2022-04-01', name: 'r' },
    }),
    changes: [['resource-added', 'footprint.resources.microsoft.authorization/roleassignments']],
    verdict: ['minor', 'minor'],
  },
];
