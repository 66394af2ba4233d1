terraform {
  required_version = ">= 1.9, < 2.0"
}

module "naming" {
  source = "../../"

  environment = "dev"
  region      = "westeurope"
  workload    = "contoso"
}

output "names" {
  value = module.naming.names
}
