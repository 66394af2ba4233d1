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

it('names the providers of Terraform, each configuration by itself', () => {
  const texts = `
terraform {
  required_providers {
    azapi  = { source = "Azure/azapi", version = ">= 2.0" }
    google = { version = ">= 6.0" }
  }
}
resource "azapi_resource" "vault" {
  type = "Microsoft.KeyVault/vaults@2024-11-01"
}
resource "google_storage_bucket" "hub" {
  provider = google.hub
}
resource "google_storage_bucket" "new" {
  provider = google-beta
}
`;
  const reading = readModule({ paths: ['main.tf'], textOf: () => texts });
  const sections = terraformSections(reading!.module);

  expect(sections).toContain(String.raw`## Providers

| Name | Version |
|------|---------|
| <a name="provider_azapi"></a> [azapi](#provider\_azapi) | >= 2.0 |
| <a name="provider_google.hub"></a> [google.hub](#provider\_google.hub) | >= 6.0 |
| <a name="provider_google-beta"></a> [google-beta](#provider\_google-beta) | n/a |
`);
  expect(sections).toContain(`
| [azapi_resource.vault](https://registry.terraform.io/providers/Azure/azapi/latest/docs/resources/resource) | resource |
| [google_storage_bucket.hub](https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/storage_bucket) | resource |
| [google_storage_bucket.new](https://registry.terraform.io/providers/hashicorp/google-beta/latest/docs/resources/storage_bucket) | resource |
`);
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
