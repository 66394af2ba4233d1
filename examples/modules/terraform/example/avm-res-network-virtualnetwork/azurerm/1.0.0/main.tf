resource "azurerm_virtual_network" "this" {
  location            = var.location
  name                = var.name
  resource_group_name = var.resource_group_name
  address_space       = var.address_space
  dns_servers         = var.dns_servers
  tags                = var.tags
}

resource "azurerm_subnet" "this" {
  for_each = var.subnets

  address_prefixes                = each.value.address_prefixes
  name                            = coalesce(each.value.name, each.key)
  resource_group_name             = azurerm_virtual_network.this.resource_group_name
  virtual_network_name            = azurerm_virtual_network.this.name
  default_outbound_access_enabled = each.value.default_outbound_access_enabled
}

resource "azurerm_subnet_network_security_group_association" "this" {
  for_each = { for key, subnet in var.subnets : key => subnet.network_security_group if subnet.network_security_group != null }

  network_security_group_id = each.value.id
  subnet_id                 = azurerm_subnet.this[each.key].id
}

resource "azurerm_subnet_route_table_association" "this" {
  for_each = { for key, subnet in var.subnets : key => subnet.route_table if subnet.route_table != null }

  route_table_id = each.value.id
  subnet_id      = azurerm_subnet.this[each.key].id
}

resource "azurerm_role_assignment" "this" {
  for_each = var.role_assignments

  principal_id                           = each.value.principal_id
  scope                                  = azurerm_virtual_network.this.id
  condition                              = each.value.condition
  condition_version                      = each.value.condition_version
  delegated_managed_identity_resource_id = each.value.delegated_managed_identity_resource_id
  description                            = each.value.description
  name                                   = each.value.name
  principal_type                         = each.value.principal_type
  role_definition_id                     = startswith(each.value.role_definition_id_or_name, "/") ? each.value.role_definition_id_or_name : null
  role_definition_name                   = startswith(each.value.role_definition_id_or_name, "/") ? null : each.value.role_definition_id_or_name
  skip_service_principal_aad_check       = each.value.skip_service_principal_aad_check
}

resource "azurerm_monitor_diagnostic_setting" "this" {
  for_each = var.diagnostic_settings

  name                           = coalesce(each.value.name, "diag-${var.name}-${each.key}")
  target_resource_id             = azurerm_virtual_network.this.id
  eventhub_authorization_rule_id = each.value.event_hub_authorization_rule_resource_id
  eventhub_name                  = each.value.event_hub_name
  log_analytics_destination_type = each.value.workspace_resource_id == null ? null : each.value.log_analytics_destination_type
  log_analytics_workspace_id     = each.value.workspace_resource_id
  partner_solution_id            = each.value.marketplace_partner_resource_id
  storage_account_id             = each.value.storage_account_resource_id

  dynamic "enabled_log" {
    for_each = [for log in each.value.logs : log if log.enabled]

    content {
      category       = enabled_log.value.category
      category_group = enabled_log.value.category_group
    }
  }

  dynamic "enabled_metric" {
    for_each = [for metric in each.value.metrics : metric if metric.enabled]

    content {
      category = enabled_metric.value.category
    }
  }
}

resource "azurerm_management_lock" "this" {
  count = var.lock == null ? 0 : 1

  lock_level = var.lock.kind
  name       = coalesce(var.lock.name, "lock-${var.name}")
  scope      = azurerm_virtual_network.this.id
  notes      = var.lock.notes

  # A lock that comes first would stop what is still to be changed below it.
  depends_on = [
    azurerm_monitor_diagnostic_setting.this,
    azurerm_role_assignment.this,
    azurerm_subnet_network_security_group_association.this,
    azurerm_subnet_route_table_association.this,
  ]
}
