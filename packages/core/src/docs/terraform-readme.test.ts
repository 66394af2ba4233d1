import { expect, it } from 'vitest';

import { readModule } from '../module/index.ts';
import { moduleOf } from '../module/model.suite.ts';
import { terraformSections } from './terraform-readme.ts';

const main = `
terraform {
  required_version = ">= 1.9"
  required_providers {
    azurerm = { source = "hashicorp/azurerm", version = "~> 4.0" }
    azapi   = { source = "Azure/azapi", version = ">= 2.0" }
  }
}

variable "name" {
  type        = string
  description = "The name | of it.\\nSee https://a.example/b_c <b>."
}

variable "allow_all" {
  type = map(object({
    port = number
  }))
  default = { z = { port = 1 }, a = { port = 2 } }
}

resource "azurerm_key_vault" "this" {}
data "azapi_client_config" "current" {}
module "net" {
  source  = "Azure/avm-res-network-virtualnetwork/azurerm"
  version = "0.8.1"
}

output "resource_id" {
  value       = 1
  description = "The id."
}
`;

it('has the sections and the tables of terraform-docs', () => {
  const reading = readModule({ paths: ['main.tf'], textOf: () => main });

  expect(terraformSections(reading!.module)).toBe(String.raw`## Requirements

| Name | Version |
|------|---------|
| <a name="requirement_terraform"></a> [terraform](#requirement\_terraform) | >= 1.9 |
| <a name="requirement_azapi"></a> [azapi](#requirement\_azapi) | >= 2.0 |
| <a name="requirement_azurerm"></a> [azurerm](#requirement\_azurerm) | ~> 4.0 |

## Providers

| Name | Version |
|------|---------|
| <a name="provider_azapi"></a> [azapi](#provider\_azapi) | >= 2.0 |
| <a name="provider_azurerm"></a> [azurerm](#provider\_azurerm) | ~> 4.0 |

## Modules

| Name | Source | Version |
|------|--------|---------|
| <a name="module_net"></a> [net](#module\_net) | Azure/avm-res-network-virtualnetwork/azurerm | 0.8.1 |

## Resources

| Name | Type |
|------|------|
| [azurerm_key_vault.this](https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs/resources/key_vault) | resource |
| [azapi_client_config.current](https://registry.terraform.io/providers/Azure/azapi/latest/docs/data-sources/client_config) | data source |

## Inputs

| Name | Description | Type | Default | Required |
|------|-------------|------|---------|:--------:|
| <a name="input_allow_all"></a> [allow\_all](#input\_allow\_all) | n/a | <pre>map(object({<br/>    port = number<br/>  }))</pre> | <pre>{<br/>  "a": {<br/>    "port": 2<br/>  },<br/>  "z": {<br/>    "port": 1<br/>  }<br/>}</pre> | no |
| <a name="input_name"></a> [name](#input\_name) | The name \| of it.<br/>See https://a.example/b_c &lt;b>. | ${'`string`'} | n/a | yes |

## Outputs

| Name | Description |
|------|-------------|
| <a name="output_resource_id"></a> [resource\_id](#output\_resource\_id) | The id. |`);
});

it('says of each section that it is empty', () => {
  expect(terraformSections(moduleOf({}, {}, { language: 'terraform' }))).toBe(
    [
      '## Requirements\n\nNo requirements.',
      '## Providers\n\nNo providers.',
      '## Modules\n\nNo modules.',
      '## Resources\n\nNo resources.',
      '## Inputs\n\nNo inputs.',
      '## Outputs\n\nNo outputs.',
    ].join('\n\n'),
  );
});
