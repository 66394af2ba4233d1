import { expect, it } from 'vitest';

import { compareModules } from '../../change/index.ts';
import type { Module } from '../../module/model.ts';
import { readTerraform } from './read.ts';

const native = `
terraform {
  required_version = ">= 1.9"
  required_providers {
    azapi = {
      source                = "Azure/azapi"
      version               = "~> 2.0"
      configuration_aliases = [azapi.hub, azapi.spoke]
    }
  }
}
variable "sku" {
  type        = object({ name = optional(string, "a"), tags = optional(map(string), { "x y" = upper("a") }) })
  default     = { name = "b", tags = null }
  description = "Which."
  validation {
    condition     = var.sku == null ? true : contains(["a", "b"], var.sku.name)
    error_message = "No."
  }
}
variable "size" {
  type     = number
  default  = -1.5
  nullable = false
  validation {
    condition     = var.size >= 1 && var.size < 10
    error_message = "No."
  }
}
output "id" {
  value     = azapi_resource.this.id
  sensitive = true
}
resource "azapi_resource" "this" {
  type     = "Microsoft.KeyVault/vaults@2024-11-01"
  provider = azapi.hub
  for_each = var.all
  body = {
    properties = {
      publicNetworkAccess = var.sku.name == "a" ? "Enabled" : "Disabled"
      (var.key)           = 1
    }
  }
  lifecycle {
    ignore_changes       = [tags["x"], body.properties]
    replace_triggered_by = [terraform_data.x[each.key].id]
    prevent_destroy      = true
  }
  provisioner "local-exec" {
    command = "true"
  }
}
resource "azurerm_key_vault" "this" {
  public_network_access_enabled = true
  lifecycle {
    ignore_changes = all
  }
}
resource "azurerm_role_assignment" "this" {
  role_definition_name = lookup(var.roles, "x-\${each.key}", null)
}
module "net" {
  source  = "Azure/net/azurerm"
  version = "1.2.0"
  count   = var.sku == null ? 0 : 1
}
data "http" "x" {}
moved {
  from = module.a["x"].azapi_resource.b[0]
  to   = azapi_resource.this["x"]
}
removed {
  from = azapi_resource.old
  lifecycle {
    destroy = false
  }
}
import {
  to = azapi_resource.this["y"]
  id = "y"
}
check "health" {
  assert {
    condition     = data.http.x.status_code == 200
    error_message = "No."
  }
}
`;

const inJson = {
  terraform: {
    required_version: '>= 1.9',
    required_providers: {
      azapi: {
        source: 'Azure/azapi',
        version: '~> 2.0',
        configuration_aliases: ['azapi.hub', 'azapi.spoke'],
      },
    },
  },
  variable: {
    sku: {
      type: 'object({ name = optional(string, "a"), tags = optional(map(string), { "x y" = upper("a") }) })',
      default: { name: 'b', tags: null },
      description: 'Which.',
      validation: {
        condition: '${var.sku==null?true:contains(["a","b"],var.sku.name)}',
        error_message: 'No.',
      },
    },
    size: {
      type: 'number',
      default: -1.5,
      nullable: false,
      validation: [{ condition: '${var.size >= 1 && var.size < 10}', error_message: 'No.' }],
    },
  },
  output: { id: { value: '${azapi_resource.this.id}', sensitive: true } },
  resource: {
    azapi_resource: {
      this: {
        type: 'Microsoft.KeyVault/vaults@2024-11-01',
        provider: 'azapi.hub',
        for_each: '${var.all}',
        body: {
          properties: {
            publicNetworkAccess: '${var.sku.name == "a" ? "Enabled" : "Disabled"}',
            '${var.key}': 1,
          },
        },
        lifecycle: {
          ignore_changes: ['tags["x"]', 'body.properties'],
          replace_triggered_by: ['terraform_data.x[each.key].id'],
          prevent_destroy: true,
        },
        provisioner: { 'local-exec': { command: 'true' } },
      },
    },
    azurerm_key_vault: {
      this: { public_network_access_enabled: true, lifecycle: { ignore_changes: 'all' } },
    },
    azurerm_role_assignment: {
      this: { role_definition_name: '${lookup(var.roles, "x-${each.key}", null)}' },
    },
  },
  module: {
    net: { source: 'Azure/net/azurerm', version: '1.2.0', count: '${var.sku == null ? 0 : 1}' },
  },
  data: { http: { x: {} } },
  moved: { from: 'module.a["x"].azapi_resource.b[0]', to: 'azapi_resource.this["x"]' },
  removed: { from: 'azapi_resource.old', lifecycle: { destroy: false } },
  import: { to: 'azapi_resource.this["y"]', id: 'y' },
  check: { health: { assert: { condition: '${data.http.x.status_code == 200}', error_message: 'No.' } } },
};

function read(path: string, text: string): Module {
  return readTerraform({ paths: [path], textOf: () => text }, null)!;
}

function withoutPlaces(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (name, each: unknown) => (name === 'at' ? undefined : each)));
}

it('is the same module in the native syntax and in JSON', () => {
  const [module, twin] = [read('main.tf', native), read('main.tf.json', JSON.stringify(inJson))];

  expect(module.problems).toEqual([]);
  expect(withoutPlaces(twin)).toEqual(withoutPlaces(module));
  expect(compareModules(module, twin)).toEqual([]);
  expect(compareModules(twin, module)).toEqual([]);
});
