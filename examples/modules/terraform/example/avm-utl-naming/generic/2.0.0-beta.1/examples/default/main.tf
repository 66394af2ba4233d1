terraform {
  required_version = ">= 1.9, < 2.0"
}

module "naming" {
  source = "../../"

  environment = "dev"
  location    = "westeurope"
  workload    = "contoso"
}

output "resource_names" {
  value = module.naming.resource_names
}
