import type { Pair } from './pair.ts';

const vault = (name = 'this', body = '') => `resource "azurerm_key_vault" "${name}" {\n${body}\n}\n`;
const call = (source: string, name = 'net') => `module "${name}" {\n  source = "${source}"\n}\n`;
const moved = (from: string, to: string) => `moved {\n  from = ${from}\n  to   = ${to}\n}\n`;
const released = (from: string) =>
  `removed {\n  from = ${from}\n  lifecycle {\n    destroy = false\n  }\n}\n`;
const aliases = (names: string) =>
  `terraform {\n  required_providers {\n    azurerm = {\n      source                = "hashicorp/azurerm"\n      configuration_aliases = [${names}]\n    }\n  }\n}\n`;
const inside = 'internals.internal/net.footprint.';
const one = { 'main.tf': call('./internal/net'), 'internal/net/main.tf': vault() };
const two = { ...one, 'internal/net/main.tf': vault() + vault('other') };

/** Modules that are called by path and lie elsewhere than in `modules/`. */
export const terraformInternals: readonly Pair[] = [
  {
    title: 'a resource of an internal module that is gone',
    before: two,
    after: one,
    changes: [['address-removed', `${inside}addresses.azurerm_key_vault.other`]],
    verdict: ['major', 'minor'],
  },
  {
    title: 'one more resource in an internal module',
    before: one,
    after: two,
    changes: [['address-added', `${inside}addresses.azurerm_key_vault.other`]],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a resource that moved within an internal module, as that says itself',
    before: one,
    after: {
      ...one,
      'internal/net/main.tf': vault('new') + moved('azurerm_key_vault.this', 'azurerm_key_vault.new'),
    },
    changes: [['address-moved', `${inside}addresses.azurerm_key_vault.this`]],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a resource that moved within an internal module, as its caller says',
    before: one,
    after: {
      'main.tf':
        call('./internal/net') +
        moved('module.net.azurerm_key_vault.this', 'module.net.azurerm_key_vault.new'),
      'internal/net/main.tf': vault('new'),
    },
    changes: [['address-moved', `${inside}addresses.azurerm_key_vault.this`]],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'other inputs, outputs and providers of an internal module, which nobody outside gives',
    before: {
      'main.tf': call('./internal/net'),
      'internal/net/main.tf': `variable "a" {}\noutput "b" {\n  value = 1\n}\n${aliases('azurerm.hub')}`,
    },
    after: {
      'main.tf': call('./internal/net'),
      'internal/net/main.tf': `variable "c" {}\n${aliases('azurerm.hub, azurerm.spoke')}`,
    },
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a resource of a module deep inside, beside a submodule',
    before: {
      'modules/a/main.tf': call('../../shared'),
      'shared/main.tf': call('./deep/er'),
      'shared/deep/er/main.tf': vault() + vault('other'),
    },
    after: {
      'modules/a/main.tf': call('../../shared'),
      'shared/main.tf': call('./deep/er'),
      'shared/deep/er/main.tf': vault(),
    },
    changes: [['address-removed', 'internals.shared/deep/er.footprint.addresses.azurerm_key_vault.other']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'an internal module in another folder',
    before: one,
    after: { 'main.tf': call('./parts/network'), 'parts/network/main.tf': vault() },
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'an internal module in another folder, which makes less',
    before: two,
    after: { 'main.tf': call('./parts/network'), 'parts/network/main.tf': vault() },
    changes: [['address-removed', `${inside}addresses.azurerm_key_vault.other`]],
    verdict: ['major', 'minor'],
  },
  {
    title: 'an internal module in another folder, which makes more',
    before: { 'main.tf': call('./parts/network'), 'parts/network/main.tf': vault() },
    after: two,
    changes: [['address-added', 'internals.parts/network.footprint.addresses.azurerm_key_vault.other']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'an internal module in another folder, called under another name with a moved block',
    before: two,
    after: {
      'main.tf': call('./parts/network', 'network') + moved('module.net', 'module.network'),
      'parts/network/main.tf': vault(),
    },
    changes: [
      ['address-removed', `${inside}addresses.azurerm_key_vault.other`],
      ['address-moved', 'footprint.addresses.module.net'],
    ],
    verdict: ['major', 'minor'],
  },
  {
    title: 'two internal modules that changed places',
    before: {
      'main.tf': call('./a', 'a') + call('./b', 'b'),
      'a/main.tf': vault(),
      'b/main.tf': vault('other'),
    },
    after: {
      'main.tf': call('./b', 'a') + call('./a', 'b'),
      'a/main.tf': vault('other'),
      'b/main.tf': vault(),
    },
    changes: [],
    verdict: ['patch', 'patch'],
  },
  {
    title: 'a call of another submodule, which makes something else',
    before: {
      'main.tf': call('./modules/a'),
      'modules/a/main.tf': vault(),
      'modules/b/main.tf': vault('other'),
    },
    after: {
      'main.tf': call('./modules/b'),
      'modules/a/main.tf': vault(),
      'modules/b/main.tf': vault('other'),
    },
    changes: [
      ['address-removed', 'submodules.modules/a.footprint.addresses.azurerm_key_vault.this'],
      ['address-added', 'submodules.modules/a.footprint.addresses.azurerm_key_vault.other'],
    ],
    verdict: ['major', 'minor'],
  },
  {
    title: 'an internal module that is called no more',
    before: one,
    after: '',
    changes: [['address-removed', 'footprint.addresses.module.net']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'an internal module that is new',
    before: '',
    after: one,
    changes: [['address-added', 'footprint.addresses.module.net']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'an internal module that is called no more and made nothing, nor what it calls',
    before: {
      'main.tf': call('./internal/names'),
      'internal/names/main.tf': `${call('./more')}output "a" {\n  value = 1\n}\n`,
      'internal/names/more/main.tf': 'data "azurerm_client_config" "this" {}\n',
    },
    after: '',
    changes: [['module-call-removed', 'footprint.addresses.module.net']],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'an internal module that is called no more and called who knows what',
    before: { 'main.tf': call('./internal/names'), 'internal/names/main.tf': call('Azure/naming/azurerm') },
    after: '',
    changes: [['address-removed', 'footprint.addresses.module.net']],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a resource that moved into an internal module, deep inside',
    before: { 'main.tf': vault() },
    after: {
      'main.tf':
        call('./internal/net') +
        moved('azurerm_key_vault.this', 'module.net.module.deep.azurerm_key_vault.this'),
      'internal/net/main.tf': call('./deep', 'deep'),
      'internal/net/deep/main.tf': vault(),
    },
    changes: [
      ['address-added', 'footprint.addresses.module.net'],
      ['resource-removed', 'footprint.resources.azurerm_key_vault'],
      ['address-moved', 'footprint.addresses.azurerm_key_vault.this'],
      ['provider-removed', 'footprint.providers.azurerm'],
    ],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a resource that moved to where an internal module, deep inside, has nothing',
    before: { 'main.tf': vault() },
    after: {
      'main.tf':
        call('./internal/net') +
        moved('azurerm_key_vault.this', 'module.net.module.deep.azurerm_key_vault.this'),
      'internal/net/main.tf': call('./deep', 'deep'),
      'internal/net/deep/main.tf': vault('other'),
    },
    changes: [
      ['address-removed', 'footprint.addresses.azurerm_key_vault.this'],
      ['address-added', 'footprint.addresses.module.net'],
      ['resource-removed', 'footprint.resources.azurerm_key_vault'],
      ['provider-removed', 'footprint.providers.azurerm'],
    ],
    verdict: ['major', 'minor'],
  },
  {
    title: 'all of an internal module and of what that calls, moved out of it',
    before: {
      'main.tf': call('./internal/net'),
      'internal/net/main.tf': vault() + call('./deep', 'deep') + call('./names', 'names'),
      'internal/net/deep/main.tf': vault('deep'),
      'internal/net/names/main.tf': 'output "a" {\n  value = 1\n}\n',
    },
    after: {
      'main.tf':
        vault() +
        vault('deep') +
        moved('module.net.azurerm_key_vault.this', 'azurerm_key_vault.this') +
        moved('module.net.module.deep.azurerm_key_vault.deep', 'azurerm_key_vault.deep'),
    },
    changes: [
      ['provider-added', 'footprint.providers.azurerm'],
      ['resource-added', 'footprint.resources.azurerm_key_vault'],
      ['address-moved', 'footprint.addresses.module.net'],
    ],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'all of an internal module but what that calls, moved out of it',
    before: {
      'main.tf': call('./internal/net'),
      'internal/net/main.tf': vault() + call('./deep', 'deep'),
      'internal/net/deep/main.tf': vault('deep'),
    },
    after: { 'main.tf': vault() + moved('module.net.azurerm_key_vault.this', 'azurerm_key_vault.this') },
    changes: [
      ['address-removed', 'footprint.addresses.module.net'],
      ['address-added', 'footprint.addresses.azurerm_key_vault.this'],
      ['provider-added', 'footprint.providers.azurerm'],
      ['resource-added', 'footprint.resources.azurerm_key_vault'],
    ],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a resource of an internal module that all its callers moved out',
    before: { ...two, 'main.tf': call('./internal/net') + call('./internal/net', 'more') },
    after: {
      'main.tf':
        call('./internal/net') +
        call('./internal/net', 'more') +
        vault('a') +
        vault('b') +
        moved('module.net.azurerm_key_vault.other', 'azurerm_key_vault.a') +
        moved('module.more.azurerm_key_vault.other', 'azurerm_key_vault.b'),
      'internal/net/main.tf': vault(),
    },
    changes: [
      ['address-added', 'footprint.addresses.azurerm_key_vault.a'],
      ['address-added', 'footprint.addresses.azurerm_key_vault.b'],
      ['provider-added', 'footprint.providers.azurerm'],
      ['resource-added', 'footprint.resources.azurerm_key_vault'],
      ['address-moved', `${inside}addresses.azurerm_key_vault.other`],
    ],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a resource of an internal module that one of two callers moved out',
    before: { ...two, 'main.tf': call('./internal/net') + call('./internal/net', 'more') },
    after: {
      'main.tf':
        call('./internal/net') +
        call('./internal/net', 'more') +
        vault('a') +
        moved('module.net.azurerm_key_vault.other', 'azurerm_key_vault.a'),
      'internal/net/main.tf': vault(),
    },
    changes: [
      ['address-removed', `${inside}addresses.azurerm_key_vault.other`],
      ['address-added', 'footprint.addresses.azurerm_key_vault.a'],
      ['provider-added', 'footprint.providers.azurerm'],
      ['resource-added', 'footprint.resources.azurerm_key_vault'],
    ],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a resource of an internal module that moved out and has other keys there',
    before: two,
    after: {
      'main.tf':
        call('./internal/net') +
        vault('a', '  for_each = toset(["x"])') +
        moved('module.net.azurerm_key_vault.other', 'azurerm_key_vault.a'),
      'internal/net/main.tf': vault(),
    },
    changes: [
      ['address-rekeyed', `${inside}addresses.azurerm_key_vault.other`],
      ['address-added', 'footprint.addresses.azurerm_key_vault.a'],
      ['provider-added', 'footprint.providers.azurerm'],
      ['resource-added', 'footprint.resources.azurerm_key_vault'],
      ['address-moved', `${inside}addresses.azurerm_key_vault.other`],
    ],
    verdict: ['major', 'minor'],
  },
  {
    title: 'a resource of an internal module that its caller lets go of',
    before: two,
    after: {
      'main.tf': call('./internal/net') + released('module.net.azurerm_key_vault.other'),
      'internal/net/main.tf': vault(),
    },
    changes: [['address-released', `${inside}addresses.azurerm_key_vault.other`]],
    verdict: ['minor', 'minor'],
  },
  {
    title: 'a call in an internal module that moved out of it, to a folder that makes less',
    before: {
      'main.tf': call('./internal/net'),
      'internal/net/main.tf': vault() + call('../deep', 'deep'),
      'internal/deep/main.tf': vault() + vault('other'),
    },
    after: {
      'main.tf':
        call('./internal/net') +
        call('./internal/deep', 'deep') +
        moved('module.net.module.deep', 'module.deep'),
      'internal/net/main.tf': vault(),
      'internal/deep/main.tf': vault(),
    },
    changes: [
      ['address-removed', 'internals.internal/deep.footprint.addresses.azurerm_key_vault.other'],
      ['address-added', 'footprint.addresses.module.deep'],
      ['address-moved', `${inside}addresses.module.deep`],
    ],
    verdict: ['major', 'minor'],
  },
];
