locals {
  # Type of resource => abbreviation in front of its name.
  abbreviations = {
    log_analytics_workspace = "log"
    network_security_group  = "nsg"
    resource_group          = "rg"
    virtual_network         = "vnet"
  }
  names = { for type, abbreviation in local.abbreviations : type => join("-", [abbreviation, local.suffix]) }
  # Storage accounts take no hyphens and 24 characters at most.
  storage_account_name = substr(replace("st${local.suffix}", "-", ""), 0, 24)
  region_code          = lookup(local.region_codes, var.region, var.region)
  region_codes = {
    eastus        = "eus"
    northeurope   = "neu"
    swedencentral = "sec"
    westeurope    = "weu"
  }
  suffix = join("-", [var.workload, var.environment, local.region_code, format("%03d", var.instance)])
  tags = merge({
    environment = var.environment
    workload    = var.workload
  }, var.tags)
}
