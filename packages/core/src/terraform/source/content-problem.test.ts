import { describe, expect, it } from 'vitest';

import { readTerraform } from './read.ts';

function problemsOf(files: string | Readonly<Record<string, string>>): string[] {
  const texts = typeof files === 'string' ? { 'main.tf': files } : files;
  const module = readTerraform({ paths: Object.keys(texts), textOf: (path) => texts[path]! }, null);
  return module!.problems.map(({ message, at }) => `${at?.file}:${at?.line}:${at?.column} ${message}`);
}

const resource = (body: string) => `resource "x_y" "a" {\n${body}\n}\n`;
const lifecycle = (body: string) => resource(`  lifecycle {\n${body}\n  }`);
const provisioner = (body: string, type = 'local-exec') =>
  resource(`  provisioner "${type}" {\n${body}\n  }`);
const settings = (body: string) => `terraform {\n${body}\n}\n`;
const required = (entry: string) => settings(`  required_providers {\n    ${entry}\n  }`);
const check = (condition: string) => `condition = ${condition}\n error_message = "No."`;

const names = 'use lower case letters, digits and single dashes between them';

describe('what Terraform and OpenTofu refuse in a block', () => {
  it.each<[string, string | Record<string, string>, string]>([
    [
      'count and for_each',
      resource('  count = 1\n  for_each = {}'),
      '3:3 "count" and "for_each" exclude each other: leave one of them out',
    ],
    [
      'count and for_each of a module',
      'module "a" {\n  source = "./a"\n  for_each = {}\n  count = 1\n}\n',
      '4:3 "for_each" and "count" exclude each other: leave one of them out',
    ],
    ['a module without a source', 'module "a" {}\n', '1:8 a block "module" needs the argument "source"'],
    [
      'a module without a source in JSON',
      { 'a.tf.json': '{"module": {"a": {}}}' },
      '1:13 a block "module" needs the argument "source"',
    ],
    ['a move to nowhere', 'moved {\n  from = x.a\n}\n', '1:1 a block "moved" needs the argument "to"'],
    ['a check of nothing', 'check "a" {}\n', '1:7 a block "check" needs a block "assert"'],
    [
      'a repeated read in a check',
      `check "a" {\n  data "x" "y" {\n    count = 1\n  }\n  assert {\n    ${check('data.x.y.z')}\n  }\n}\n`,
      '3:5 "count" cannot stand in a block "data" of "check"',
    ],
    [
      'a condition without a message',
      lifecycle('    precondition {\n      condition = var.a\n    }'),
      '3:5 a block "precondition" of "lifecycle" needs the argument "error_message"',
    ],
    [
      'kept names in a provider',
      'provider "a" {\n  count = 1\n}\n',
      '2:3 "count" cannot stand in a block "provider"',
    ],
    ['kept blocks', resource('  locals {}'), '2:3 "locals" cannot stand in a block "resource"'],
    [
      'how data is made',
      'data "x" "a" {\n  lifecycle {\n    ignore_changes = [b]\n  }\n}\n',
      '3:5 "ignore_changes" cannot stand in a block "lifecycle" of "data"',
    ],
    [
      'a postcondition of an output',
      `output "a" {\n  value = 1\n  postcondition {\n    ${check('var.a')}\n  }\n}\n`,
      '3:3 "postcondition" cannot stand in a block "output"',
    ],
    [
      'two lifecycles',
      resource('  lifecycle {}\n  lifecycle {}'),
      '3:3 a block "resource" has one block "lifecycle"',
    ],
    [
      'a flag that is a text',
      'variable "a" {\n  sensitive = "yes"\n}\n',
      '2:15 "sensitive" is true or false',
    ],
    [
      'a flag that is computed later',
      lifecycle('    prevent_destroy = "no"'),
      '3:23 "prevent_destroy" is true or false',
    ],
    [
      'a description that is a list',
      'output "a" {\n  value = 1\n  description = []\n}\n',
      '3:17 "description" is a text',
    ],
    [
      'a description that is computed',
      'variable "a" {\n  description = "of ${path.module}"\n}\n',
      '2:17 "description" is a text that is written out, without references and functions',
    ],
    [
      'a default that is computed',
      'variable "a" {\n  default = file("x")\n}\n',
      '2:13 the default of "a" is not written out: it has references or functions',
    ],
    [
      'a default with a reference',
      'variable "a" {\n  default = [for x in var.b : x]\n}\n',
      '2:13 the default of "a" is not written out: it has references or functions',
    ],
    [
      'a condition that never changes',
      lifecycle(`    precondition {\n      ${check('alltrue([for x in [1] : x > 0])')}\n    }`),
      '4:19 this condition never changes: it has to refer to something of the module',
    ],
    [
      'a check that never changes in JSON',
      { 'a.tf.json': '{"check": {"a": {"assert": {"condition": "${true}", "error_message": "No."}}}}' },
      '1:42 this condition never changes: it has to refer to something of the module',
    ],
    [
      'a validation of something else',
      `variable "a" {\n  validation {\n    ${check('var.ab != local.a')}\n  }\n}\n`,
      '3:17 this condition says nothing about its variable: it has to refer to var.a',
    ],
    [
      'a condition on itself',
      lifecycle(`    postcondition {\n      ${check('x_y.a[0].id != ""')}\n    }`),
      '4:19 x_y.a cannot refer to itself here: in a postcondition it is called self',
    ],
    [
      'a condition of data on itself',
      `data "x" "a" {\n  lifecycle {\n    postcondition {\n      ${check('length(data.x.a.b) > 0')}\n    }\n  }\n}\n`,
      '4:19 data.x.a cannot refer to itself here: in a postcondition it is called self',
    ],
    [
      'a star',
      lifecycle('    ignore_changes = ["*"]'),
      '3:22 all changes are ignored with: ignore_changes = all',
    ],
    [
      'a trigger that is a variable',
      lifecycle('    replace_triggered_by = [var.a]'),
      '3:29 what triggers a replacement is one resource or a part of it; its key may have count.index and each.key',
    ],
    [
      'a trigger with a value as key',
      lifecycle('    replace_triggered_by = [x_y.b[each.value]]'),
      '3:29 what triggers a replacement is one resource or a part of it; its key may have count.index and each.key',
    ],
    ['a provisioner that is gone', provisioner('', 'chef'), '2:15 there is no provisioner "chef" any more'],
    [
      'a time that is none',
      provisioner('    when = later'),
      '3:12 "when" is create or destroy, without quotes',
    ],
    [
      'what may be gone at destroy',
      provisioner('    when = destroy\n    command = "echo ${self.id} ${var.a}"'),
      '4:15 what runs at destroy can refer to self, count.index and each.key only',
    ],
    [
      'a connection that may be gone at destroy',
      resource('  connection {\n    host = var.a\n  }\n  provisioner "x" {\n    when = destroy\n  }'),
      '3:12 what runs at destroy can refer to self, count.index and each.key only',
    ],
    [
      'an address that is none',
      'moved {\n  from = a\n  to = x.b\n}\n',
      '2:10 this is not the address of a resource or of a module',
    ],
    [
      'a resource that becomes a module',
      'moved {\n  from = x.a\n  to = module.b\n}\n',
      '1:1 a resource cannot become a module, nor a module a resource',
    ],
    [
      'data that is imported',
      'import {\n  to = data.x.a\n  id = "b"\n}\n',
      '2:8 what is imported is the address of a resource: azurerm_subnet.this["a"]',
    ],
    ['an import of nothing', 'import {\n  to = x.a\n}\n', '1:1 a block "import" needs "id" or "identity"'],
    [
      'a provider of what a module has',
      'import {\n  to = module.a.x.b\n  id = "c"\n  provider = x\n}\n',
      '4:14 what is imported into a module has the provider that the module is given',
    ],
    [
      'a provider of what says its own',
      `resource "x" "a" {\n  provider = x.b\n}\nimport {\n  to = x.a["k"]\n  id = "c"\n  provider = x\n}\n`,
      '7:14 the resource says which provider it has: write it there, and leave it out here',
    ],
    [
      'two imports to one place',
      'import {\n  to = x.a["k"]\n  id = "b"\n}\nimport {\n  to = x.a["k"]\n  id = "c"\n}\n',
      '6:8 an import to x.a["k"] is there already, in main.tf:2',
    ],
    ['a source that is a list', 'module "a" {\n  source = ["./a"]\n}\n', '2:12 "source" is a text'],
    [
      'a version of a folder',
      'module "a" {\n  source = "./a"\n  version = "1.0.0"\n}\n',
      '2:12 a module of a folder has no version: leave "version" out',
    ],
    [
      'a version of a module that is none',
      'module "a" {\n  source = "a/b/c"\n  version = "latest"\n}\n',
      '3:13 this is not a version constraint, such as ">= 1.2.0, < 2.0.0"',
    ],
    ['a name of a provider', 'provider "A" {}\n', `1:10 "A" cannot be the name of a provider: ${names}`],
    [
      'a name of a provider that is used',
      resource('  provider = my_x'),
      `2:14 "my_x" cannot be the name of a provider: ${names}`,
    ],
    [
      'a provider that is a list',
      resource('  provider = ["x"]'),
      '2:14 a provider is named by its name, and its alias behind a dot',
    ],
    [
      'a name of a provider that is required',
      required('a--b = { source = "x/y" }'),
      `3:12 "a--b" cannot be the name of a provider: ${names}`,
    ],
    [
      'a requirement that is a list',
      required('a = ["1.0.0"]'),
      '3:9 a provider is required with an object: { source = "…", version = "…" }',
    ],
    [
      'a requirement with something else',
      required('a = { region = "x" }'),
      '3:11 a requirement has "source", "version" and "configuration_aliases", and nothing else',
    ],
    [
      'a source that is none',
      required('a = { source = "https://x/y" }'),
      '3:20 the source of a provider is like "hashicorp/azurerm", also with a host before it',
    ],
    [
      'a source that is a repository',
      required('a = { source = "x/terraform-provider-y" }'),
      '3:20 the source of a provider does not have "terraform-" in its name: "y"',
    ],
    [
      'an alias of another provider',
      required('a = { configuration_aliases = [b.c] }'),
      '3:35 aliases are listed with the name of their provider: [a.first]',
    ],
    [
      'a version of Terraform',
      settings('  required_version = "one"'),
      '2:22 this is not a version constraint, such as ">= 1.2.0, < 2.0.0"',
    ],
    [
      'what a provider is told',
      settings('  provider_meta "a" {\n    b = var.c\n  }'),
      '3:9 what a provider is told is written out, without references and functions',
    ],
    [
      'what a provider is told twice',
      settings('  provider_meta "a" {}\n  provider_meta "a" {}'),
      '3:17 provider_meta "a" is there already, in main.tf:2',
    ],
    [
      'two backends',
      { 'a.tf': settings('  backend "x" {}'), 'b.tf': settings('  cloud {}') },
      '2:3 where the state is kept is said already, in a.tf:2: "backend"',
    ],
    [
      'two backends of an override file',
      { 'a.tf': '', 'override.tf': settings('  cloud {}\n  cloud {}') },
      '3:3 where the state is kept is said already, in override.tf:2: "cloud"',
    ],
    [
      'requirements outside',
      'required_providers {}\n',
      '1:1 a block "required_providers" stands in a block "terraform"',
    ],
    [
      'a move in an override file',
      { 'a.tf': '', 'override.tf': 'moved {\n  from = x.a\n  to = x.b\n}\n' },
      '1:1 an override file cannot have "moved"',
    ],
    [
      'a validation in an override file',
      {
        'a.tf': 'variable "a" {}\n',
        'override.tf': `variable "a" {\n  validation {\n    ${check('var.a > 0')}\n  }\n}\n`,
      },
      '2:3 an override file cannot have "validation"',
    ],
    [
      'dependencies in an override file',
      { 'a.tf': resource(''), 'override.tf': resource('  depends_on = [x_y.b]') },
      '2:3 an override file cannot have "depends_on"',
    ],
    [
      'an override of no local',
      { 'a.tf': 'locals {\n  a = 1\n}\n', 'override.tf': 'locals {\n  b = 1\n}\n' },
      '2:3 an override file changes what is nowhere else: local "b"',
    ],
    [
      'an override of no alias',
      { 'a.tf': 'provider "a" {}\n', 'override.tf': 'provider "a" {\n  alias = "b"\n}\n' },
      '1:10 an override file changes what is nowhere else: provider "a" of this alias',
    ],
  ])('%s', (_, files, expected) => {
    expect(problemsOf(files).map((each) => each.slice(each.indexOf(':') + 1))).toEqual([expected]);
  });

  it.each<[string, string | Record<string, string>]>([
    [
      'for_each of a provider, as OpenTofu has it',
      'provider "a" {\n  alias = "b"\n  for_each = local.c\n}\n',
    ],
    ['a provider with a key', resource('  provider = x.b[each.key]')],
    ['a provider in quotes', resource('  provider = "x.b"')],
    [
      'a provider called null',
      resource('  provider = null.b') + required('null = { configuration_aliases = [null.b] }'),
    ],
    ['a provider in JSON', { 'a.tf.json': '{"resource": {"x": {"a": {"provider": "null.b[each.key]"}}}}' }],
    [
      'whether data is read, as OpenTofu has it',
      'data "x" "a" {\n  lifecycle {\n    enabled = var.b\n  }\n}\n',
    ],
    ['what may be destroyed, as OpenTofu has it', lifecycle('    prevent_destroy = var.a')],
    [
      'a source that is computed, as OpenTofu has it',
      'module "a" {\n  source = "./${var.a}"\n  version = var.b\n}\n',
    ],
    ['flags in quotes', 'variable "a" {\n  sensitive = "true"\n  description = 1\n}\n'],
    [
      'defaults that are worked out',
      'variable "a" {\n  default = [for x in ["a"] : { (x) = "${x}-${1 + 1}" }]\n}\n',
    ],
    [
      'a condition on a template',
      `output "a" {\n  value = 1\n  precondition {\n    ${check('"${var.a}" != ""')}\n  }\n}\n`,
    ],
    [
      'a validation of a part',
      `variable "a" {\n  validation {\n    ${check('alltrue([for x in var.a["b"] : x > 0])')}\n  }\n}\n`,
    ],
    [
      'a trigger by keys',
      lifecycle('    replace_triggered_by = [x_y.b[each.key].c, x_y.c[count.index], data.x.y]'),
    ],
    [
      'a trigger in JSON',
      {
        'a.tf.json':
          '{"resource": {"x": {"a": {"lifecycle": {"replace_triggered_by": ["x.b[count.index]"]}}}}}',
      },
    ],
    ['keywords in quotes', provisioner('    when = "destroy"\n    on_failure = "continue"')],
    ['moves across modules', 'moved {\n  from = x.a\n  to = module.b["c"].x.a\n}\n'],
    [
      'imports by key',
      'import {\n  for_each = var.a\n  to = module.b[each.key].x.a[each.value]\n  id = each.key\n}\n',
    ],
    [
      'one import for each',
      'import {\n  to = x.a[var.b]\n  id = "b"\n}\nimport {\n  to = x.a[var.b]\n  id = "c"\n}\n',
    ],
    ['old requirements', required('a = "~> 1.0"')],
    ['constraints as they are written', settings('  required_version = ">=1.5, != 1.6.0-beta1 , ~> 1.9"')],
    ['no constraint', settings('  required_version = null')],
    [
      'numbers that are constraints',
      settings('  required_version = 1.11\n  required_providers {\n    aws = 2.7\n  }'),
    ],
    [
      'names that all objects have',
      'provider "x" {\n  constructor = var.a\n  toString = "a"\n}\nconstructor "x" {}\nvariable "a" {}',
    ],
    ['a source with a host', required('a = { source = "example.com:8443/x/Y" }')],
    [
      'an override of where the state is kept',
      { 'a.tf': settings('  cloud {}'), 'override.tf': settings('  backend "x" {}') },
    ],
    [
      'an override of a provider that is not written',
      { 'a.tf': resource(''), 'override.tf': 'provider "a" {}\n' },
    ],
    [
      'an override of one of two providers',
      {
        'a.tf': 'provider "a" {}\nprovider "a" {\n  alias = "b"\n}\n',
        'override.tf': 'provider "a" {\n  alias = "b"\n  c = 1\n}\n',
      },
    ],
    [
      'an override that leaves out what is there',
      { 'a.tf': 'module "a" {\n  source = "./a"\n}\n', 'override.tf': 'module "a" {\n  b = 1\n}\n' },
    ],
  ])('but not %s', (_, files) => {
    expect(problemsOf(files)).toEqual([]);
  });

  it('only where the file could be read', () => {
    expect(problemsOf('module "a" {\n  source =\n}\n')).toHaveLength(1);
  });
});
