variable "hub" {
  type = object({
    address_space = set(string)
    name          = string
    dns_servers   = optional(list(string), [])
    subnets = optional(map(object({
      address_prefixes                = list(string)
      name                            = optional(string, null)
      default_outbound_access_enabled = optional(bool, false)
      network_security_group          = optional(object({ id = string }), null)
      route_table                     = optional(object({ id = string }), null)
    })), {})
  })
  description = "The hub network."
  nullable    = false
}

variable "location" {
  type        = string
  description = "The region of all networks."
  nullable    = false
}

variable "resource_group_name" {
  type        = string
  description = "The name of the resource group for all networks, which must exist."
  nullable    = false
}

variable "spokes" {
  type = map(object({
    address_space = set(string)
    name          = optional(string, null)
    dns_servers   = optional(list(string), null)
    subnets = optional(map(object({
      address_prefixes                = list(string)
      name                            = optional(string, null)
      default_outbound_access_enabled = optional(bool, false)
      network_security_group          = optional(object({ id = string }), null)
      route_table                     = optional(object({ id = string }), null)
    })), {})
  }))
  description = "The spoke networks, by a key of your own, which is also the name unless `name` is set. Without `dns_servers` a spoke uses those of the hub."
  nullable    = false
}

variable "enable_telemetry" {
  type        = bool
  default     = true
  description = "Whether the module and those that it calls report their use, as the AVM standard asks. `false` turns it off."
  nullable    = false
}

variable "lock" {
  type = object({
    kind  = string
    name  = optional(string, null)
    notes = optional(string, null)
  })
  default     = null
  description = "The lock on every network. `kind` is `CanNotDelete` or `ReadOnly`. A `ReadOnly` lock stops later changes of peerings."

  validation {
    condition     = var.lock == null ? true : contains(["CanNotDelete", "ReadOnly"], var.lock.kind)
    error_message = "The kind of lock must be CanNotDelete or ReadOnly."
  }
}

variable "tags" {
  type        = map(string)
  default     = null
  description = "Tags of every network."
}
