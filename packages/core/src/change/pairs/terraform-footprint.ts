import type { Pair } from './pair.ts';

const vault = (body = '', name = 'this') => `resource "azurerm_key_vault" "${name}" {\n${body}\n}\n`;
const azapi = (version: string, body = '') =>
  `resource "azapi_resource" "this" {\n  type = "Microsoft.KeyVault/vaults@${version}"\n${body}\n}\n`;
const azapiRole = (type: string) => `resource "azapi_resource" "role" {\n  type = ${type}\n}\n`;
const policy = (who: string, name: string) =>
  `resource "aws_iam_${who}_policy_attachment" "this" {\n  ${who} = "x"\n  policy_arn = "arn:aws:iam::aws:policy/${name}"\n}\n`;
const moved = (from: string, to: string) => `moved {\n  from = ${from}\n  to   = ${to}\n}\n`;
const call = (source: string, version?: string) =>
  `module "net" {\n  source = "${source}"\n${version === undefined ? '' : `  version = "${version}"\n`}}\n`;
const provider = (version: string, more = '') =>
  `terraform {\n  required_providers {\n    azapi = {\n      source  = "Azure/azapi"\n      version = "${version}"\n${more}\n    }\n  }\n}\n`;
const program = (version: string) => `terraform {\n  required_version = "${version}"\n}\n`;
const role = (name: string) =>
  `resource "azurerm_role_assignment" "this" {\n  role_definition_name = ${name}\n}\n`;
const check =
  'check "health" {\n  assert {\n    condition     = data.http.x.status_code == 200\n    error_message = "No."\n  }\n}\n';
const address = 'footprint.addresses.azurerm_key_vault.this';
const resources = 'footprint.resources.';

/** What a module does to the world, and where Terraform keeps what it made. */
export const terraformFootprint: readonly Pair[] = [
  {
    title: 'one more resource of a type',
    before: vault(),
    after: vault() + vault('', 'other'),
    changes: [['address-added', 'footprint.addresses.azurerm_key_vault.other']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a resource that is gone',
    before: vault(),
    after: '',
    changes: [
      ['address-removed', address],
      ['resource-removed', `${resources}azurerm_key_vault`],
      ['provider-removed', 'footprint.providers.azurerm'],
    ],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a resource under another name, without a word',
    before: vault(),
    after: vault('', 'vault'),
    changes: [
      ['address-removed', address],
      ['address-added', 'footprint.addresses.azurerm_key_vault.vault'],
    ],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a resource under another name, with a moved block',
    before: vault(),
    after: vault('', 'vault') + moved('azurerm_key_vault.this', 'azurerm_key_vault.vault'),
    changes: [['address-moved', address]],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a resource that is let go',
    before: vault() + azapi('2024-11-01'),
    after: `${azapi('2024-11-01')}removed {\n  from = azurerm_key_vault.this\n  lifecycle {\n    destroy = false\n  }\n}\n`,
    changes: [
      ['address-released', address],
      ['resource-removed', `${resources}azurerm_key_vault`],
      ['provider-removed', 'footprint.providers.azurerm'],
    ],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a count, which Terraform moves to by itself',
    before: vault(),
    after: vault('  count = 1'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'keys, which Terraform does not move to',
    before: vault(),
    after: vault('  for_each = toset(["a"])'),
    changes: [['address-rekeyed', address]],
    verdict: ['major', 'minor'],
  },
  {
    title: 'keys, with a moved block',
    before: vault(),
    after:
      vault('  for_each = toset(["a"])') + moved('azurerm_key_vault.this', 'azurerm_key_vault.this["a"]'),
    changes: [['address-moved', address]],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'keys in place of a count, under another name: a moved block does not say which is which',
    before: vault('  count = 2'),
    after:
      vault('  for_each = toset(["a"])', 'vault') +
      moved('azurerm_key_vault.this', 'azurerm_key_vault.vault'),
    changes: [
      ['address-rekeyed', address],
      ['address-moved', address],
    ],
    verdict: ['major', 'minor'],
  },
  {
    title: 'fewer of a count, under another name with a moved block',
    before: vault('  count = 3'),
    after: vault('  count = 1', 'vault') + moved('azurerm_key_vault.this', 'azurerm_key_vault.vault'),
    changes: [
      ['instances-removed', address],
      ['address-moved', address],
    ],
    verdict: ['major', 'minor'],
  },
  {
    title: 'one of two instances that moves, while the other is left behind',
    before: vault('  for_each = toset(["a", "b"])'),
    after: vault('', 'vault') + moved('azurerm_key_vault.this["a"]', 'azurerm_key_vault.vault'),
    changes: [
      ['instances-removed', address],
      ['address-moved', address],
    ],
    verdict: ['major', 'minor'],
  },
  {
    title: 'fewer of a count',
    before: vault('  count = 3'),
    after: vault('  count = 1'),
    changes: [['instances-removed', address]],
    verdict: ['major', 'minor'],
  },
  {
    title: 'none of what was there',
    before: vault(),
    after: vault('  count = 0'),
    changes: [['instances-removed', address]],
    verdict: ['major', 'minor'],
  },
  {
    title: 'more of a count',
    before: vault(),
    after: vault('  count = 2'),
    changes: [['instances-added', address]],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a count that only running it tells',
    before: vault('  count = 3'),
    after: vault('  count = var.a ? 1 : 0'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'other keys of a resource',
    before: vault('  for_each = toset(["a", "b"])'),
    after: vault('  for_each = toset(["b", "c"])'),
    changes: [
      ['instances-removed', address],
      ['instances-added', address],
    ],
    verdict: ['major', 'minor'],
  },
  {
    title: 'another key, with a moved block',
    before: vault('  for_each = { a = 1 }'),
    after:
      vault('  for_each = { b = 1 }') + moved('azurerm_key_vault.this["a"]', 'azurerm_key_vault.this["b"]'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a moved block that is told no more',
    before: vault() + moved('azurerm_key_vault.old', 'azurerm_key_vault.this'),
    after: vault(),
    changes: [['moved-removed', 'footprint.moves.azurerm_key_vault.old']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a moved block about what moved before',
    before: vault(),
    after: vault() + moved('azurerm_key_vault.old', 'azurerm_key_vault.this'),
    changes: [['moved-added', 'footprint.moves.azurerm_key_vault.old']],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'all of a module below, moved out of it',
    before: { 'main.tf': call('./modules/net'), 'modules/net/main.tf': vault() },
    after: {
      'main.tf': vault() + moved('module.net.azurerm_key_vault.this', 'azurerm_key_vault.this'),
      'modules/net/main.tf': vault(),
    },
    changes: [
      ['provider-added', 'footprint.providers.azurerm'],
      ['resource-added', `${resources}azurerm_key_vault`],
      ['address-moved', 'footprint.addresses.module.net'],
    ],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a resource that moved into a module below, which moved it on',
    before: {
      'main.tf': vault() + call('./modules/net'),
      'modules/net/main.tf': vault('', 'new') + moved('azurerm_key_vault.old', 'azurerm_key_vault.new'),
    },
    after: {
      'main.tf': call('./modules/net') + moved('azurerm_key_vault.this', 'module.net.azurerm_key_vault.old'),
      'modules/net/main.tf': vault('', 'new') + moved('azurerm_key_vault.old', 'azurerm_key_vault.new'),
    },
    changes: [
      ['resource-removed', `${resources}azurerm_key_vault`],
      ['address-moved', address],
      ['provider-removed', 'footprint.providers.azurerm'],
    ],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a resource that moved to where a module below has nothing',
    before: { 'main.tf': vault() + call('./modules/net'), 'modules/net/main.tf': vault('', 'new') },
    after: {
      'main.tf': call('./modules/net') + moved('azurerm_key_vault.this', 'module.net.azurerm_key_vault.old'),
      'modules/net/main.tf': vault('', 'new'),
    },
    changes: [
      ['address-removed', address],
      ['resource-removed', `${resources}azurerm_key_vault`],
      ['provider-removed', 'footprint.providers.azurerm'],
    ],
    verdict: ['major', 'minor'],
  },
  {
    title: 'part of a module below, moved out of it',
    before: { 'main.tf': call('./modules/net'), 'modules/net/main.tf': vault() + vault('', 'other') },
    after: {
      'main.tf': vault() + moved('module.net.azurerm_key_vault.this', 'azurerm_key_vault.this'),
      'modules/net/main.tf': vault() + vault('', 'other'),
    },
    changes: [
      ['address-removed', 'footprint.addresses.module.net'],
      ['address-added', 'footprint.addresses.azurerm_key_vault.this'],
      ['provider-added', 'footprint.providers.azurerm'],
      ['resource-added', `${resources}azurerm_key_vault`],
    ],
    verdict: ['major', 'minor'],
  },
  {
    title: 'an import',
    before: vault(),
    after: `${vault()}import {\n  to = azurerm_key_vault.this\n  id = "x"\n}\n`,
    changes: [['import-added', 'footprint.imports.azurerm_key_vault.this']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'an import that is gone',
    before: `${vault()}import {\n  to = azurerm_key_vault.this\n  id = "x"\n}\n`,
    after: vault(),
    changes: [['import-removed', 'footprint.imports.azurerm_key_vault.this']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'what has to hold of a resource',
    before: vault(),
    after: vault(
      '  lifecycle {\n    postcondition {\n      condition     = self.a\n      error_message = "No."\n    }\n  }',
    ),
    changes: [['condition-changed', `${resources}azurerm_key_vault.this`]],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a check',
    before: vault(),
    after: vault() + check,
    changes: [['check-added', 'footprint.checks.health']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a check that is gone',
    before: vault() + check,
    after: vault(),
    changes: [['check-removed', 'footprint.checks.health']],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'another configuration of a provider',
    before: vault('  provider = azurerm'),
    after: vault('  provider = azurerm.hub'),
    changes: [['provider-configuration', `${resources}azurerm_key_vault.this`]],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'other configurations for a module',
    before: call('./modules/net'),
    after: call('./modules/net').replace('}', '  providers = {\n    azurerm = azurerm.hub\n  }\n}'),
    changes: [['provider-configuration', 'footprint.modules.net']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'another version of an API',
    before: azapi('2023-07-01'),
    after: azapi('2024-11-01'),
    changes: [['api-version-changed', `${resources}microsoft.keyvault/vaults`]],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a version of an API that is an expression',
    before: azapi('2023-07-01'),
    after: `${azapi('${local.version}')}locals {\n  version = "2023-07-01"\n}\n`,
    changes: [['api-version-changed', `${resources}microsoft.keyvault/vaults`]],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a type of AzAPI that is an expression, of which nobody can tell whether it is another',
    before: azapi('2023-07-01') + azapiRole('"Microsoft.Authorization/roleAssignments@2022-04-01"'),
    after: `${azapi('2023-07-01').replace(/"M.*"/, 'local.type')}${azapiRole('local.role')}locals {\n  type = "x"\n  role = "y"\n}\n`,
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a resource whose type is an expression, and which is never destroyed',
    before: azapi('2023-07-01'),
    after: azapi('2023-07-01', '  lifecycle {\n    prevent_destroy = true\n  }').replace(
      /"M.*"/,
      'local.type',
    ),
    changes: [['lifecycle-changed', `${resources}azapi_resource.this`]],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a lifecycle that says nothing',
    before: vault(),
    after: vault('  lifecycle {\n    ignore_changes       = []\n    replace_triggered_by = []\n  }'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a resource that is never destroyed',
    before: vault(),
    after: vault('  lifecycle {\n    prevent_destroy = true\n  }'),
    changes: [['lifecycle-changed', `${resources}azurerm_key_vault.this`]],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'what is ignored, in another order',
    before: vault('  lifecycle {\n    ignore_changes = [tags, sku]\n  }'),
    after: vault('  lifecycle {\n    ignore_changes = [\n      sku,\n      tags,\n    ]\n  }'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'what is ignored, in quotes as before Terraform 0.12, and with blanks',
    before: vault('  lifecycle {\n    ignore_changes = [tags["x"], "sku", a . b]\n  }'),
    after: vault('  lifecycle {\n    ignore_changes = [tags[ "x" ], sku, /* why */ a.b]\n  }'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'expressions that are laid out in another way',
    before: `${vault('  public_network_access_enabled = var.a?true:false')}${role('lookup(var.roles,"x", null)')}`,
    after: `${vault('  public_network_access_enabled = var.a  ?  true : false # Why.')}${role('lookup(\n    var.roles, # All.\n    "x",\n    null\n  )')}`,
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a resource that who is in no rule of the network reaches',
    before: vault('  network_acls {\n    bypass = "None"\n    default_action = "Deny"\n  }'),
    after: vault('  network_acls {\n    bypass = "None"\n    default_action = "Allow"\n  }'),
    changes: [['public-access-changed', `${resources}azurerm_key_vault.this.networkAcls`]],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a resource with rules of the network, if there are any',
    before: vault(
      '  dynamic "network_acls" {\n    for_each = var.acls\n    content {\n      default_action = "Deny"\n    }\n  }',
    ),
    after: vault(
      '  dynamic "network_acls" {\n    for_each = var.acls\n    content {\n      default_action = var.action\n    }\n  }',
    ),
    changes: [['public-access-changed', `${resources}azurerm_key_vault.this.networkAcls`]],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a resource that public networks reach',
    before: vault('  public_network_access_enabled = false'),
    after: vault('  public_network_access_enabled = true'),
    changes: [['public-access-changed', `${resources}azurerm_key_vault.this`]],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'the same of a resource by its API',
    before: azapi(
      '2024-11-01',
      '  body = {\n    properties = {\n      publicNetworkAccess = "Disabled"\n    }\n  }',
    ),
    after: azapi(
      '2024-11-01',
      '  body = {\n    properties = {\n      publicNetworkAccess = "Enabled"\n    }\n  }',
    ),
    changes: [['public-access-changed', `${resources}azapi_resource.this`]],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'the same in JSON that is made of an object',
    before: azapi('2024-11-01', '  body = jsonencode({ properties = { publicNetworkAccess = "Disabled" } })'),
    after: azapi('2024-11-01', '  body = jsonencode({ properties = { publicNetworkAccess = "Enabled" } })'),
    changes: [['public-access-changed', `${resources}azapi_resource.this`]],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'the same in the words of AWS',
    before: 'resource "aws_db_instance" "this" {\n  publicly_accessible = false\n}\n',
    after: 'resource "aws_db_instance" "this" {\n  publicly_accessible = true\n}\n',
    changes: [['public-access-changed', `${resources}aws_db_instance.this`]],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'another policy of AWS, for a role, a user and a group',
    before: ['role', 'user', 'group'].map((each) => policy(each, 'ReadOnlyAccess')).join(''),
    after: ['role', 'user', 'group'].map((each) => policy(each, 'AdministratorAccess')).join(''),
    changes: ['group', 'role', 'user'].map((each) => [
      'role-assignment-changed',
      `footprint.roleAssignments.aws_iam_${each}_policy_attachment.this`,
    ]),
    verdict: ['minor', 'minor'],
  },
  {
    title: 'another role of Google',
    before: 'resource "google_project_iam_member" "this" {\n  role = "roles/viewer"\n}\n',
    after: 'resource "google_project_iam_member" "this" {\n  role = "roles/owner"\n}\n',
    changes: [['role-assignment-changed', 'footprint.roleAssignments.google_project_iam_member.this']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a role',
    before: vault(),
    after: `${vault()}resource "azurerm_role_assignment" "this" {\n  role_definition_name = "Reader"\n}\n`,
    changes: [
      ['address-added', 'footprint.addresses.azurerm_role_assignment.this'],
      ['resource-added', `${resources}azurerm_role_assignment`],
      ['role-assignment-added', 'footprint.roleAssignments.azurerm_role_assignment.this'],
    ],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a program that runs',
    before: vault(),
    after: vault('  provisioner "local-exec" {\n    command = "true"\n  }'),
    changes: [
      ['escape-hatch-added', 'footprint.escapeHatches.provisioner azurerm_key_vault.this (local-exec)'],
    ],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a program that is asked',
    before: 'data "external" "x" {}\n',
    after: '',
    changes: [
      ['data-removed', 'footprint.data.data.external.x'],
      ['escape-hatch-removed', 'footprint.escapeHatches.external-data data.external.x'],
      ['provider-removed', 'footprint.providers.external'],
    ],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'something that is read',
    before: vault(),
    after: `${vault()}data "azurerm_client_config" "this" {}\n`,
    changes: [['data-added', 'footprint.data.data.azurerm_client_config.this']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a module in another version',
    before: call('Azure/naming/azurerm', '0.4.1'),
    after: call('Azure/naming/azurerm', '0.4.2'),
    changes: [['module-call-version', 'footprint.modules.net']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a module call that names the provider which it has anyway',
    before: call('Azure/naming/azurerm', '0.4.1'),
    after: call('Azure/naming/azurerm', '0.4.1').replace(
      '}',
      '  providers = {\n    azurerm = azurerm\n  }\n}',
    ),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a module of the public registry in the same version, both written in another way',
    before: call('Azure/naming/azurerm', '~> 0.4'),
    after: call('registry.terraform.io/Azure/naming/azurerm', '>= 0.4.0, < 1.0'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a module of git with another name of its version',
    before: call('git::https://example.com/net.git?ref=1.2.0'),
    after: call('git::https://example.com/net.git?ref=v1.2.0'),
    changes: [['module-call-version', 'footprint.modules.net']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a module of git in another version',
    before: call('git::https://example.com/net.git//sub?ref=v1.2.0&depth=1'),
    after: call('git::https://example.com/net.git//sub?depth=1&ref=v1.3.0'),
    changes: [['module-call-version', 'footprint.modules.net']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a module of git from elsewhere, in the same version',
    before: call('git::https://example.com/net.git?ref=v1.2.0'),
    after: call('git::https://example.org/net.git?ref=v1.2.0'),
    changes: [['module-call-source', 'footprint.modules.net']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a module of git, whose address is written in another way',
    before: call('github.com/contoso/net//sub?ref=v1.2.0'),
    after: call('git::https://github.com/contoso/net.git//sub?ref=v1.2.0'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a module of git over SSH, whose address is written in another way',
    before: call('git@github.com:contoso/net.git?ref=v1.2.0'),
    after: call('git::ssh://git@github.com/contoso/net.git?ref=v1.2.0'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a module from elsewhere',
    before: call('./modules/net'),
    after: call('Azure/net/azurerm', '1.0.0'),
    changes: [['module-call-source', 'footprint.modules.net']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a module call that moved',
    before: call('./modules/net'),
    after: call('./modules/net').replace('"net"', '"network"') + moved('module.net', 'module.network'),
    changes: [['address-moved', 'footprint.addresses.module.net']],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a module call that is gone',
    before: call('./modules/net'),
    after: '',
    changes: [['address-removed', 'footprint.addresses.module.net']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a provider that is needed',
    before: '',
    after: provider('~> 2.0'),
    changes: [['provider-added', 'footprint.providers.azapi']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'another provider under the same name',
    before: provider('~> 2.0'),
    after: provider('~> 2.0').replace('Azure/azapi', 'contoso/azapi'),
    changes: [['provider-source', 'footprint.providers.azapi']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'the same provider, written out',
    before: 'terraform {\n  required_providers {\n    random = ">= 3.0"\n  }\n}\n',
    after:
      'terraform {\n  required_providers {\n    random = {\n      source  = "registry.terraform.io/hashicorp/random"\n      version = ">= 3.0"\n    }\n  }\n}\n',
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'the same provider, by its resources and by its name',
    before: vault(),
    after: `terraform {\n  required_providers {\n    azurerm = {\n      source = "hashicorp/azurerm"\n    }\n  }\n}\n${vault()}`,
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a later provider of the same major version',
    before: provider('~> 2.0'),
    after: provider('~> 2.4'),
    changes: [['provider-raised', 'footprint.providers.azapi']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a provider that must not be later',
    before: provider('>= 2.0'),
    after: provider('>= 2.0, < 3.0'),
    changes: [['provider-narrowed', 'footprint.providers.azapi']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a provider that may be later',
    before: provider('~> 2.0'),
    after: provider('>= 2.0, < 4.0'),
    changes: [['provider-widened', 'footprint.providers.azapi']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'the same major version of a provider, written shorter',
    before: provider('~> 2.0'),
    after: provider('~> 2'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a later provider, past a version that was left out',
    before: provider('>= 2.0, != 2.3.0'),
    after: provider('>= 2.4'),
    changes: [['provider-raised', 'footprint.providers.azapi']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'the next major version of a provider',
    before: provider('~> 1.0'),
    after: provider('~> 2.0'),
    changes: [['provider-changed', 'footprint.providers.azapi']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'the same versions of a provider, written in another way',
    before: provider('~> 2.0'),
    after: provider('>=2.0.0,<3.0.0'),
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a provider that the module configures by itself',
    before: `${provider('~> 2.0')}provider "azapi" {\n  alias = "hub"\n}\n`,
    after: `${provider('~> 2.0')}provider "azapi" {\n  alias = "hub"\n  use_msi = true\n}\n`,
    changes: [['provider-configured', 'footprint.providers.azapi']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a provider that the module does not configure any more',
    before: `${provider('~> 2.0')}provider "azapi" {\n  features {}\n}\n`,
    after: provider('~> 2.0'),
    changes: [['provider-unconfigured', 'footprint.providers.azapi']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'one more configuration of a provider',
    before: provider('~> 2.0'),
    after: provider('~> 2.0', '      configuration_aliases = [azapi.hub]'),
    changes: [['provider-aliases', 'footprint.providers.azapi']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a later Terraform of the same major version',
    before: program('>= 1.5'),
    after: program('>= 1.9'),
    changes: [['program-raised', 'footprint.requiredVersion']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a Terraform that must not be later',
    before: program('>= 1.5'),
    after: program('>= 1.5, < 2.0'),
    changes: [['program-narrowed', 'footprint.requiredVersion']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a Terraform that may be earlier',
    before: program('~> 1.5'),
    after: program('~> 1.3'),
    changes: [['program-widened', 'footprint.requiredVersion']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'other versions of Terraform',
    before: program('~> 1.5'),
    after: program('~> 2.0'),
    changes: [['program-changed', 'footprint.requiredVersion']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'telemetry',
    before: '',
    after: 'resource "modtm_telemetry" "telemetry" {}\n',
    changes: [
      ['address-added', 'footprint.addresses.modtm_telemetry.telemetry'],
      ['provider-added', 'footprint.providers.modtm'],
      ['resource-added', `${resources}modtm_telemetry`],
      ['telemetry-added', 'footprint.telemetry.modtm_telemetry.telemetry'],
    ],
    verdict: ['minor', 'minor'],
  },
];
