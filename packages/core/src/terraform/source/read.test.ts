import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Module } from '../../module/model.ts';
import { readTerraform } from './read.ts';

function read(files: string | Readonly<Record<string, string>>): Module | undefined {
  const texts = typeof files === 'string' ? { 'main.tf': files } : files;
  return readTerraform({ paths: Object.keys(texts), textOf: (path) => texts[path]! }, 'resource');
}

/** Without places, which other tests look at. */
function withoutPlaces(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (name, each: unknown) => (name === 'at' ? undefined : each)));
}

const nothing = {
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

describe('the interface of a Terraform module', () => {
  it('has variables with all that is said about them', () => {
    const module = read(`
variable "lock" {
  type = object({
    kind = string
    name = optional(string, "lock")
    ids  = optional(set(string), [])
    any  = optional(map(any))
  })
  default     = null
  description = <<DESCRIPTION
The lock.
DESCRIPTION
  nullable    = false
  sensitive   = true
  ephemeral   = true
  deprecated  = "Use locks."
  validation {
    condition     = var.lock == null ? true : contains(["a"], var.lock.kind)
    error_message = "No."
  }
}
variable "plain" {}
`);
    expect(withoutPlaces(module?.interface.inputs)).toEqual([
      {
        name: 'lock',
        type: {
          kind: 'object',
          properties: [
            { name: 'kind', type: 'string', required: true },
            { name: 'name', type: 'string', required: false, default: { value: 'lock' } },
            {
              name: 'ids',
              type: { kind: 'set', element: 'string' },
              required: false,
              default: { value: [] },
            },
            { name: 'any', type: { kind: 'map', element: 'any' }, required: false },
          ],
        },
        typeText: expect.stringMatching(/^object\(\{\n/),
        required: false,
        default: { value: null },
        secure: true,
        description: 'The lock.\n',
        ephemeral: true,
        deprecated: 'Use locks.',
        validations: [
          { condition: 'var.lock == null ? true : contains(["a"], var.lock.kind)', message: 'No.' },
        ],
      },
      { name: 'plain', type: 'any', typeText: 'any', required: true, nullable: true },
    ]);
    expect(module?.interface.inputs[1]?.at).toEqual({ file: 'main.tf', line: 22, column: 10 });
  });

  it('has outputs', () => {
    const module = read(
      'output "a" {\n  value = 1\n  sensitive = true\n  description = "An a."\n}\noutput "b" { value = 1 }',
    );

    expect(withoutPlaces(module?.interface.outputs)).toEqual([
      { name: 'a', type: 'number', typeText: 'number', secure: true, description: 'An a.' },
      { name: 'b', type: 'number', typeText: 'number' },
    ]);
  });

  it.each([
    ['string', 'string', 'string'],
    ['"string"', 'any', 'string'],
    ['list', { kind: 'list', element: 'any' }, 'list'],
    ['list(map(number))', { kind: 'list', element: { kind: 'map', element: 'number' } }, 'list(map(number))'],
    ['tuple([string, bool])', { kind: 'tuple', elements: ['string', 'bool'] }, 'tuple([string, bool])'],
  ])('reads the type %s', (text, type, typeText) => {
    expect(read(`variable "a" { type = ${text} }`)?.interface.inputs[0]).toMatchObject({ type, typeText });
  });
});

describe('the footprint of a Terraform module', () => {
  const footprintOf = (text: string) => withoutPlaces(read(text)?.footprint);

  it('has resources with what is said about them', () => {
    const text = `
resource "azapi_resource" "this" {
  type     = "Microsoft.KeyVault/vaults@2024-11-01"
  for_each = {}
  body = {
    properties = { "publicNetworkAccess" = "Disabled", networkAcls = { defaultAction = "Deny" } }
  }
  lifecycle {
    ignore_changes       = [tags, body.properties]
    replace_triggered_by = [terraform_data.x]
    prevent_destroy      = true
  }
  provisioner "local-exec" { command = "true" }
}
resource "azurerm_role_assignment" "reader" {
  role_definition_name = "Reader"
  count                = 2
}
resource "modtm_telemetry" "telemetry" {}
data "external" "x" {}
ephemeral "random_password" "p" {}`;

    expect(footprintOf(text)).toEqual({
      ...nothing,
      resources: [
        {
          address: 'azapi_resource.this',
          type: 'Microsoft.KeyVault/vaults',
          apiVersion: '2024-11-01',
          repeated: true,
          instances: 'for_each',
          keys: [],
          publicNetworkAccess: 'Disabled',
          networkDefaultAction: 'Deny',
          lifecycle: {
            preventDestroy: true,
            ignoreChanges: ['body.properties', 'tags'],
            replaceTriggeredBy: ['terraform_data.x'],
          },
        },
        {
          address: 'azurerm_role_assignment.reader',
          type: 'azurerm_role_assignment',
          repeated: true,
          instances: 'count',
          count: 2,
        },
        { address: 'modtm_telemetry.telemetry', type: 'modtm_telemetry' },
      ],
      data: [{ address: 'data.external.x', type: 'external' }],
      ephemeral: [{ address: 'ephemeral.random_password.p', type: 'random_password' }],
      providers: ['azapi', 'azurerm', 'modtm', 'external', 'random'].map((name) => ({ name })),
      roleAssignments: [{ address: 'azurerm_role_assignment.reader', role: 'Reader' }],
      escapeHatches: [
        { kind: 'provisioner', address: 'azapi_resource.this (local-exec)' },
        { kind: 'external-data', address: 'data.external.x' },
      ],
      telemetry: [{ address: 'modtm_telemetry.telemetry' }],
    });
  });

  it('has providers and the program, from all blocks that say so', () => {
    const text = `
terraform {
  required_version = ">= 1.9"
  required_providers {
    azapi = {
      source                = "Azure/azapi"
      version               = "~> 2.4"
      configuration_aliases = [azapi.spoke, azapi.hub]
    }
    random = "~> 3.5"
  }
}
terraform {
  required_version = "< 2.0"
}
resource "terraform_data" "x" {}
resource "azurerm_x" "x" { provider = azapi.hub }`;

    expect(footprintOf(text)).toMatchObject({
      providers: [
        {
          name: 'azapi',
          source: 'Azure/azapi',
          version: '~> 2.4',
          configurationAliases: ['azapi.hub', 'azapi.spoke'],
        },
        { name: 'random', version: '~> 3.5' },
      ],
      requiredVersion: '>= 1.9, < 2.0',
    });
  });

  it('has module calls, moves, removals, imports and checks', () => {
    const text = `
module "net" {
  source  = "Azure/net/azurerm"
  version = "1.0.0"
  count   = 1
}
moved {
  from = a.b
  to   = a.c["x"]
}
removed {
  from = a.d
  lifecycle { destroy = false }
}
removed { from = a.e }
import {
  to = a.f
  id = "x"
}
check "health" {
  assert {
    condition     = data.x.status == 200
    error_message = "x"
  }
}`;

    expect(footprintOf(text)).toEqual({
      ...nothing,
      modules: [
        {
          name: 'net',
          source: 'Azure/net/azurerm',
          version: '1.0.0',
          repeated: true,
          instances: 'count',
          count: 1,
        },
      ],
      moves: [{ from: 'a.b', to: 'a.c["x"]' }],
      removals: [
        { from: 'a.d', destroy: false },
        { from: 'a.e', destroy: true },
      ],
      imports: [{ to: 'a.f' }],
      checks: ['health'],
    });
  });
});

describe('the files of a Terraform module', () => {
  it('are those at its root, of modules and of examples', () => {
    const module = read({
      'main.tf': 'variable "a" {}',
      'other.tf.json': '{"variable": {"b": {"type": "string"}}}',
      '.hidden.tf': 'variable "hidden" {}',
      'main.tf~': 'variable "old" {}',
      'terraform.tfvars': 'a = 1',
      'same.tf': 'variable "c" {}',
      'same.tofu': 'variable "not_this" {}',
      'own.tofu': 'variable "d" {}',
      'modules/key/main.tf': 'variable "key" {}',
      'modules/README.md': '',
      'modules/key/deeper/main.tf': 'variable "deeper" {}',
      'examples/default/main.tf': 'module "x" {\n  source = "../.."\n}',
      'tests/unit/main.tf': 'variable "unit" {}',
    });

    expect(module?.interface.inputs.map(({ name }) => name)).toEqual(['a', 'b', 'd', 'c']);
    expect(module?.submodules.map(({ path, interface: { inputs } }) => [path, inputs[0]?.name])).toEqual([
      ['modules/key', 'key'],
    ]);
    expect(module?.examples.map(({ path, footprint }) => [path, footprint.modules[0]?.source])).toEqual([
      ['examples/default', '../..'],
    ]);
  });

  it('are those of modules that are called by path as well, from the module and from those below', () => {
    const call = (source: string, name = 'm') => `module "${name}" {\n  source = "${source}"\n}\n`;
    const module = read({
      'main.tf':
        call('./internal/a') +
        call('./internal/a', 'again') +
        call('./modules/key', 'key') +
        call('./modules/net/subnet/', 'subnet') +
        call('./nothing', 'nothing') +
        call('../elsewhere', 'elsewhere') +
        call('internal/registry/azurerm', 'registry'),
      'internal/a/main.tf': call('../b') + call('./c', 'c') + 'variable "a" {}',
      'internal/a/c/main.tf.json': '{"module": {"m": {"source": "../../b"}}}',
      'internal/b/main.tofu': `${call('../a')}resource "x_y" "z" {}\nmodule "root" { source = "../.." }\n`,
      'internal/unused/main.tf': 'variable "broken {',
      'internal/registry/azurerm/main.tf': '',
      'modules/key/main.tf': call('../../shared'),
      'modules/net/subnet/main.tf': '',
      'shared/main.tf': 'a = \n',
      'examples/default/main.tf': call('./deeper') + call('../..', 'root'),
      'examples/default/deeper/main.tf': '',
    });

    expect(module?.submodules.map(({ path }) => path)).toEqual(['modules/key']);
    expect(module?.internals?.map(({ path }) => path)).toEqual([
      'internal/a',
      'internal/a/c',
      'internal/b',
      'modules/net/subnet',
      'shared',
    ]);
    expect(module?.internals).toMatchObject([
      { interface: { inputs: [{ name: 'a' }] } },
      {},
      { footprint: { resources: [{ address: 'x_y.z' }] } },
      {},
      {},
    ]);
    expect(module?.problems.map(({ at }) => `${at?.file}:${at?.line}`)).toEqual(['shared/main.tf:1']);
  });

  it('may override each other', () => {
    const module = read({
      'main.tf': 'variable "a" {\n  type = string\n  default = "x"\n}\nvariable "b" {}',
      'override.tf': 'variable "a" {\n  default = "y"\n}',
      'z_override.tf.json': '{"variable": {"a": {"default": "z"}}}',
    });

    expect(module?.interface.inputs).toMatchObject([
      { name: 'a', type: 'string', default: { value: 'z' } },
      { name: 'b', required: true },
    ]);
  });

  it('override parts of what is required, and of a lifecycle', () => {
    const module = read({
      'main.tf': `terraform {
        required_providers {
          a = { source = "x/a", version = "1.0" }
          b = { source = "x/b" }
        }
      }
      terraform {}
      resource "a_x" "y" {
        lifecycle {
          prevent_destroy = true
          ignore_changes  = [tags]
        }
      }`,
      'override.tf': `terraform {
        required_version = ">= 1.9"
        required_providers {
          a = { source = "x/a", version = "2.0" }
        }
      }
      resource "a_x" "y" {
        lifecycle {
          ignore_changes = all
        }
      }`,
    });

    expect(module?.footprint).toMatchObject({
      providers: [
        { name: 'a', version: '2.0' },
        { name: 'b', source: 'x/b' },
      ],
      requiredVersion: '>= 1.9',
      resources: [{ lifecycle: { preventDestroy: true, ignoreChanges: 'all' } }],
    });
  });

  it('may be none', () => {
    expect(read({ 'README.md': '', 'modules/README.md': '', 'examples/a/main.tf': '' })).toBeUndefined();
  });

  it('may be those of modules below alone', () => {
    expect(read({ 'README.md': '', 'modules/key/main.tf': 'variable "key" {}' })).toMatchObject({
      interface: { inputs: [], outputs: [] },
      submodules: [{ path: 'modules/key', interface: { inputs: [{ name: 'key' }] } }],
      problems: [],
    });
  });

  it('say where they are broken, and the rest is read', () => {
    const module = read({ 'a.tf': 'variable "a" {}\nvariable "b {\n', 'modules/x/main.tf': 'a = \n' });

    expect(module?.interface.inputs[0]?.name).toBe('a');
    expect(module?.problems.map(({ at }) => `${at?.file}:${at?.line}`)).toEqual(
      expect.arrayContaining(['a.tf:2', 'modules/x/main.tf:1']),
    );
  });
});

it.each(['__proto__', 'constructor', 'toString'])('takes %s for a name like any other', (name) => {
  const module = read(
    `variable "${name}" { default = { ${name} = 1 } }\nresource "${name}" "${name}" {}\ndata "${name}" "${name}" {}`,
  );

  expect(module?.footprint).toMatchObject({ escapeHatches: [], resources: [{ type: name }] });
  expect(module?.interface.inputs[0]?.default).toEqual({ value: Object.fromEntries([[name, 1]]) });
});

it('says what is no type', () => {
  const module = read('variable "a" {\n  type = strin\n}');

  expect(module?.problems).toEqual([
    { message: 'there is no type "strin"', at: { file: 'main.tf', line: 2, column: 10 } },
  ]);
});

it('reads anything without an error', () => {
  const word = fc.constantFrom(
    'variable',
    'resource',
    'terraform',
    '"a"',
    '{',
    '}',
    '=',
    'type',
    'object({',
    '})',
    'optional(',
    '\n',
    '[',
    ']',
    'moved',
    'from',
    'lifecycle',
    '1',
    '<<A\n',
    '\nA\n',
    'module',
    'required_providers',
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 60 }), (words) => {
      expect(() => read(words.join(' '))).not.toThrow();
    }),
    { numRuns: 500 },
  );
});

describe('what Terraform makes of values', () => {
  it('reads flags and texts of another type', () => {
    const module = read(
      'variable "a" {\n  sensitive = "true"\n  nullable = "0"\n  description = 12\n}\n' +
        'resource "x" "a" {\n  lifecycle {\n    prevent_destroy = "1"\n  }\n}\n' +
        'removed {\n  from = x.b\n  lifecycle {\n    destroy = "false"\n  }\n}\n',
    )!;

    expect(withoutPlaces(module.interface.inputs)).toEqual([
      { name: 'a', type: 'any', typeText: 'any', required: true, secure: true, description: '12' },
    ]);
    expect(module.footprint.resources[0]?.lifecycle).toEqual({ preventDestroy: true });
    expect(module.footprint.removals).toEqual([{ from: 'x.b', destroy: false }]);
  });

  it('takes what JSON never evaluates as it is written', () => {
    const text = JSON.stringify({
      variable: { a: { default: { 'k${': 'x ${foo' }, description: 'like ${var.b}' } },
      output: { b: { value: '${var.a}', description: '%{ if' } },
    });
    const module = read({ 'main.tf.json': text })!;

    expect(module.problems).toEqual([]);
    expect(module.interface.inputs[0]).toMatchObject({
      default: { value: { 'k${': 'x ${foo' } },
      description: 'like ${var.b}',
    });
    expect(module.interface.outputs[0]?.description).toBe('%{ if');
  });

  it('tells resources of one type in JSON apart', () => {
    const module = read({ 'main.tf.json': '{"resource": {"x": {\n"a": {},\n"b": {}}}}' })!;

    expect(module.footprint.resources.map(({ at }) => at?.line)).toEqual([2, 3]);
  });

  it('requires the providers that it configures', () => {
    const module = read(
      'provider "a" {}\nprovider "b" {\n  version = "~> 1.0"\n}\nprovider "c" {\n  alias = "d"\n}\nprovider {}\n' +
        'terraform {\n  required_providers {\n    b = { source = "x/b", version = ">= 1.2" }\n  }\n}\n',
    )!;

    expect(module.footprint.providers).toEqual([
      { name: 'b', source: 'x/b', version: '>= 1.2, ~> 1.0' },
      { name: 'a' },
      { name: 'c' },
    ]);
  });
});
