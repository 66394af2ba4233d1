terraform {
  required_version = ">= 1.9, < 2.0"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.40"
    }
  }
}

provider "azurerm" {
  features {}
}

resource "azurerm_resource_group" "this" {
  location = "westeurope"
  name     = "rg-contoso-example"
}

module "virtual_network" {
  source = "../../"

  address_space       = ["10.10.0.0/16"]
  location            = azurerm_resource_group.this.location
  name                = "vnet-contoso-example"
  resource_group_name = azurerm_resource_group.this.name
  subnets = {
    workload = { address_prefixes = ["10.10.0.0/24"] }
  }
}

output "resource_id" {
  value = module.virtual_network.resource_id
}
