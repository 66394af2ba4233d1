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

module "hub_and_spoke" {
  source = "../../"

  hub = {
    address_space = ["10.0.0.0/22"]
    name          = "vnet-hub"
  }
  location            = azurerm_resource_group.this.location
  resource_group_name = azurerm_resource_group.this.name
  spokes = {
    vnet-spoke-a = {
      address_space = ["10.1.0.0/16"]
      subnets = {
        workload = { address_prefixes = ["10.1.0.0/24"] }
      }
    }
    vnet-spoke-b = { address_space = ["10.2.0.0/16"] }
  }
}

output "spokes" {
  value = module.hub_and_spoke.spokes
}
