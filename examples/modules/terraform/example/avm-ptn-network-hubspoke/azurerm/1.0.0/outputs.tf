output "resource_id" {
  description = "The resource ID of the hub network."
  value       = module.hub.resource_id
}

output "spokes" {
  description = "The name, the resource ID and the subnets of each spoke, by the keys of the `spokes` input."
  value = {
    for key, spoke in module.spoke : key => {
      name                = spoke.name
      resource_id         = spoke.resource_id
      subnet_resource_ids = spoke.subnet_resource_ids
    }
  }
}
