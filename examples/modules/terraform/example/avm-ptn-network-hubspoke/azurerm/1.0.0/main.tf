module "hub" {
  source  = "example/avm-res-network-virtualnetwork/azurerm"
  version = "~> 1.0"

  address_space       = var.hub.address_space
  location            = var.location
  name                = var.hub.name
  resource_group_name = var.resource_group_name
  dns_servers         = var.hub.dns_servers
  enable_telemetry    = var.enable_telemetry
  lock                = var.lock
  subnets             = var.hub.subnets
  tags                = var.tags
}

module "spoke" {
  source   = "example/avm-res-network-virtualnetwork/azurerm"
  version  = "~> 1.0"
  for_each = var.spokes

  address_space       = each.value.address_space
  location            = var.location
  name                = coalesce(each.value.name, each.key)
  resource_group_name = var.resource_group_name
  dns_servers         = coalesce(each.value.dns_servers, var.hub.dns_servers)
  enable_telemetry    = var.enable_telemetry
  lock                = var.lock
  subnets             = each.value.subnets
  tags                = var.tags
}

resource "azurerm_virtual_network_peering" "hub_to_spoke" {
  for_each = var.spokes

  name                      = substr("peer-${module.hub.name}-${module.spoke[each.key].name}", 0, 80)
  remote_virtual_network_id = module.spoke[each.key].resource_id
  resource_group_name       = var.resource_group_name
  virtual_network_name      = module.hub.name
  allow_forwarded_traffic   = true
}

resource "azurerm_virtual_network_peering" "spoke_to_hub" {
  for_each = var.spokes

  name                      = substr("peer-${module.spoke[each.key].name}-${module.hub.name}", 0, 80)
  remote_virtual_network_id = module.hub.resource_id
  resource_group_name       = var.resource_group_name
  virtual_network_name      = module.spoke[each.key].name
  allow_forwarded_traffic   = true
}
