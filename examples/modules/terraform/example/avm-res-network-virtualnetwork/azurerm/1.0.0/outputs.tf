output "name" {
  description = "The name of the virtual network."
  value       = azurerm_virtual_network.this.name
}

output "resource_id" {
  description = "The resource ID of the virtual network."
  value       = azurerm_virtual_network.this.id
}

output "subnet_resource_ids" {
  description = "The resource IDs of the subnets, by the keys of the `subnets` input."
  value       = { for key, subnet in azurerm_subnet.this : key => subnet.id }
}
