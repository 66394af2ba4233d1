output "names" {
  description = "Names by type of resource: `log_analytics_workspace`, `network_security_group`, `resource_group` and `virtual_network`."
  value       = local.names
}

output "storage_account_name" {
  description = "A name for a storage account: no hyphens, cut at 24 characters."
  value       = local.storage_account_name
}
