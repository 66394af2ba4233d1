import type { Pair } from './pair.ts';

const vault = (version: string, body = '') =>
  `resource vault 'Microsoft.KeyVault/vaults@${version}' = {\n  name: 'v'\n  properties: {\n${body}\n  }\n}\n`;
const role = (id: string) =>
  `resource role 'Microsoft.Authorization/roleAssignments@2022-04-01' = {\n  name: 'r'\n  properties: { roleDefinitionId: '${id}' }\n}\n`;
const script = "resource run 'Microsoft.Resources/deploymentScripts@2023-08-01' = {\n  name: 's'\n}\n";
const telemetry = (name: string) =>
  `resource telemetry 'Microsoft.Resources/deployments@2024-03-01' = {\n  name: '${name}'\n}\n`;
const call = (reference: string) => `module vault '${reference}' = {\n  name: 'v'\n}\n`;
const existing = (version: string) =>
  `resource vault 'Microsoft.KeyVault/vaults@${version}' existing = {\n  name: 'v'\n}\n`;

/** What a module does to the world. */
export const bicepFootprint: readonly Pair[] = [
  {
    title: 'one more resource',
    before: '',
    after: vault('2024-11-01'),
    changes: [['resource-added', 'footprint.resources.microsoft.keyvault/vaults']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'one more resource of a type',
    before: vault('2024-11-01'),
    after: vault('2024-11-01') + vault('2024-11-01').replace('resource vault', 'resource other'),
    changes: [['resource-added', 'footprint.resources.microsoft.keyvault/vaults']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'one less resource',
    before: vault('2024-11-01'),
    after: '',
    changes: [['resource-removed', 'footprint.resources.microsoft.keyvault/vaults']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a resource under another symbolic name',
    before: vault('2024-11-01'),
    after: vault('2024-11-01').replace('resource vault', 'resource keyVault'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'another version of an API',
    before: vault('2023-07-01'),
    after: vault('2024-11-01'),
    changes: [['api-version-changed', 'footprint.resources.microsoft.keyvault/vaults']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a nested resource in another version',
    before: vault('2024-11-01', "    a: 1\n  }\n  resource s 'secrets@2023-07-01' = {\n    name: 's'"),
    after: vault('2024-11-01', "    a: 1\n  }\n  resource s 'secrets@2024-11-01' = {\n    name: 's'"),
    changes: [['api-version-changed', 'footprint.resources.microsoft.keyvault/vaults/secrets']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a resource can be reached from public networks',
    before: vault('2024-11-01', "    publicNetworkAccess: 'Disabled'"),
    after: vault('2024-11-01', "    publicNetworkAccess: 'Enabled'"),
    changes: [['public-access-changed', 'footprint.resources.vault']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a resource can be reached from networks that no rule names',
    before: vault('2024-11-01', "    networkAcls: { defaultAction: 'Deny' }"),
    after: vault('2024-11-01', "    networkAcls: { defaultAction: 'Allow' }"),
    changes: [['public-access-changed', 'footprint.resources.vault.networkAcls']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a resource in a loop',
    before: vault('2024-11-01'),
    after: vault('2024-11-01').replace('= {', '= [for i in [1]: {').concat(']'),
    changes: [['resource-circumstances', 'footprint.resources.vault']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'the namespace of a type, which is that of all',
    before: vault('2024-11-01'),
    after: vault('2024-11-01').replace("'Microsoft", "'az:Microsoft"),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'something is read',
    before: '',
    after: existing('2024-11-01'),
    changes: [['data-added', 'footprint.data.microsoft.keyvault/vaults']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'something is read in another version',
    before: existing('2023-07-01'),
    after: existing('2024-11-01'),
    changes: [['data-changed', 'footprint.data.microsoft.keyvault/vaults']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'something is not read any more',
    before: existing('2024-11-01'),
    after: '',
    changes: [['data-removed', 'footprint.data.microsoft.keyvault/vaults']],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'somebody gets a role',
    before: '',
    after: role('a'),
    changes: [
      ['resource-added', 'footprint.resources.microsoft.authorization/roleassignments'],
      ['role-assignment-added', 'footprint.roleAssignments.role'],
    ],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'somebody gets another role',
    before: role('a'),
    after: role('b'),
    changes: [['role-assignment-changed', 'footprint.roleAssignments.role']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'somebody gets another role, which a variable names',
    before: `var roles = { Owner: 'a', Reader: 'b' }\n${role('x').replace("'x'", 'roles.Owner')}`,
    after: `var roles = { Owner: 'a', Reader: 'b' }\n${role('x').replace("'x'", 'roles.Reader')}`,
    changes: [['role-assignment-changed', 'footprint.roleAssignments.role']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a variable stands for another role',
    before: `var id = 'a'\nvar roles = { 'An Owner': id }\n${role('x').replace("'x'", "f(roles['An Owner'])")}`,
    after: `var id = 'b'\nvar roles = { 'An Owner': id }\n${role('x').replace("'x'", "f(roles['An Owner'])")}`,
    changes: [['role-assignment-changed', 'footprint.roleAssignments.role']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'the same role, written out',
    before: `var roles = { Owner: 'a' }\n${role('x').replace("'x'", 'roles.Owner')}`,
    after: role('a'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'nobody gets a role any more',
    before: role('a'),
    after: '',
    changes: [
      ['resource-removed', 'footprint.resources.microsoft.authorization/roleassignments'],
      ['role-assignment-removed', 'footprint.roleAssignments.role'],
    ],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a deployment script',
    before: '',
    after: script,
    changes: [
      ['escape-hatch-added', 'footprint.escapeHatches.deployment-script run'],
      ['resource-added', 'footprint.resources.microsoft.resources/deploymentscripts'],
    ],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'no deployment script any more',
    before: script,
    after: '',
    changes: [
      ['resource-removed', 'footprint.resources.microsoft.resources/deploymentscripts'],
      ['escape-hatch-removed', 'footprint.escapeHatches.deployment-script run'],
    ],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'telemetry',
    before: '',
    after: telemetry('46d3xbcp.res.keyvault-vault.${version}'),
    changes: [['telemetry-added', 'footprint.telemetry.telemetry']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'telemetry under another name',
    before: telemetry('46d3xbcp.res.keyvault-vault.${version}'),
    after: telemetry('46d3xbcp.res.keyvault-vault-key.${version}'),
    changes: [['telemetry-changed', 'footprint.telemetry.telemetry']],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'no telemetry any more',
    before: telemetry('46d3xbcp.res.keyvault-vault.${version}'),
    after: '',
    changes: [['telemetry-removed', 'footprint.telemetry.telemetry']],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a module is used',
    before: '',
    after: call('br/public:avm/res/key-vault/vault:0.9.0'),
    changes: [['module-call-added', 'footprint.modules.vault']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a module is not used any more',
    before: call('br/public:avm/res/key-vault/vault:0.9.0'),
    after: '',
    changes: [['module-call-removed', 'footprint.modules.vault']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a module in another version',
    before: call('br/public:avm/res/key-vault/vault:0.9.0'),
    after: call('br/public:avm/res/key-vault/vault:0.10.0'),
    changes: [['module-call-version', 'footprint.modules.vault']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a module from elsewhere',
    before: call('modules/vault.bicep'),
    after: call('br/public:avm/res/key-vault/vault:0.10.0'),
    changes: [['module-call-source', 'footprint.modules.vault']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a module from elsewhere in another version',
    before: call('br/public:avm/res/key-vault/vault:0.9.0'),
    after: call('br/contoso:vault:1.0.0'),
    changes: [
      ['module-call-source', 'footprint.modules.vault'],
      ['module-call-version', 'footprint.modules.vault'],
    ],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a module from the same place, written out',
    before: call('br/public:avm/res/key-vault/vault:0.9.0'),
    after: call('br:mcr.microsoft.com/bicep/avm/res/key-vault/vault:0.9.0'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a module under another symbolic name',
    before: call('br/public:avm/res/key-vault/vault:0.9.0'),
    after: call('br/public:avm/res/key-vault/vault:0.9.0').replace('module vault', 'module keyVault'),
    changes: [['module-call-renamed', 'footprint.modules.vault']],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a module under a condition',
    before: call('vault.bicep'),
    after: call('vault.bicep').replace('= {', '= if (1 > 0) {'),
    changes: [['module-call-circumstances', 'footprint.modules.vault']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'an extension is needed',
    before: '',
    after: "extension 'br:mcr.microsoft.com/bicep/extensions/microsoftgraph/v1.0:0.1.8-preview' as graph",
    changes: [['provider-added', 'footprint.providers.graph']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'an extension in another version',
    before: "extension 'kubernetes@1.0.0'",
    after: "extension 'kubernetes@2.0.0'",
    changes: [['extension-version', 'footprint.providers.kubernetes']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'another extension under the same name',
    before: "extension 'kubernetes@1.0.0' as k8s",
    after: "extension 'openshift@1.0.0' as k8s",
    changes: [['provider-source', 'footprint.providers.k8s']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'an extension is not needed any more',
    before: "extension 'kubernetes@1.0.0'",
    after: '',
    changes: [['provider-removed', 'footprint.providers.kubernetes']],
    verdict: ['patch', 'patch'],
  },
];
