variable "address_space" {
  type        = set(string)
  description = "The address ranges of the virtual network, in CIDR notation."
  nullable    = false

  validation {
    condition     = length(var.address_space) > 0 && alltrue([for range in var.address_space : can(cidrhost(range, 0))])
    error_message = "The address space needs one range at least, and each must be in CIDR notation."
  }
}

variable "location" {
  type        = string
  description = "The region of the virtual network."
  nullable    = false
}

variable "name" {
  type        = string
  description = "The name of the virtual network."
  nullable    = false

  validation {
    condition     = can(regex("^[a-zA-Z0-9]([a-zA-Z0-9._-]{0,62}[a-zA-Z0-9_])$", var.name))
    error_message = "The name must have 2 to 64 letters, digits, dots, underscores or hyphens, with a letter or digit in front and no dot or hyphen at the end."
  }
}

variable "resource_group_name" {
  type        = string
  description = "The name of the resource group, which must exist."
  nullable    = false
}

variable "diagnostic_settings" {
  type = map(object({
    name = optional(string, null)
    logs = optional(set(object({
      category       = optional(string, null)
      category_group = optional(string, null)
      enabled        = optional(bool, true)
      retention_policy = optional(object({
        days    = optional(number, 0)
        enabled = optional(bool, false)
      }), {})
    })), [])
    metrics = optional(set(object({
      category = optional(string, null)
      enabled  = optional(bool, true)
      retention_policy = optional(object({
        days    = optional(number, 0)
        enabled = optional(bool, false)
      }), {})
    })), [])
    log_analytics_destination_type           = optional(string, "Dedicated")
    workspace_resource_id                    = optional(string, null)
    storage_account_resource_id              = optional(string, null)
    event_hub_authorization_rule_resource_id = optional(string, null)
    event_hub_name                           = optional(string, null)
    marketplace_partner_resource_id          = optional(string, null)
  }))
  default     = {}
  description = "Where logs and metrics go. Azure no longer keeps to `retention_policy`, so it is accepted and not used."
  nullable    = false

  validation {
    condition     = alltrue([for setting in var.diagnostic_settings : contains(["Dedicated", "AzureDiagnostics"], setting.log_analytics_destination_type)])
    error_message = "The destination type must be Dedicated or AzureDiagnostics."
  }
  validation {
    condition     = alltrue(flatten([for setting in var.diagnostic_settings : [for log in setting.logs : (log.category == null) != (log.category_group == null)]]))
    error_message = "Each log must name either a category or a category group."
  }
  validation {
    condition = alltrue([
      for setting in var.diagnostic_settings : anytrue([
        setting.workspace_resource_id != null,
        setting.storage_account_resource_id != null,
        setting.event_hub_authorization_rule_resource_id != null,
        setting.marketplace_partner_resource_id != null,
      ])
    ])
    error_message = "Each diagnostic setting needs one destination at least."
  }
}

variable "dns_servers" {
  type        = list(string)
  default     = []
  description = "The addresses of the DNS servers. Azure resolves names when there are none."
  nullable    = false
}

variable "enable_telemetry" {
  type        = bool
  default     = true
  description = "Whether the module reports its use, as the AVM standard asks. `false` turns it off."
  nullable    = false
}

variable "lock" {
  type = object({
    kind  = string
    name  = optional(string, null)
    notes = optional(string, null)
  })
  default     = null
  description = "The lock on the virtual network. `kind` is `CanNotDelete` or `ReadOnly`."

  validation {
    condition     = var.lock == null ? true : contains(["CanNotDelete", "ReadOnly"], var.lock.kind)
    error_message = "The kind of lock must be CanNotDelete or ReadOnly."
  }
}

variable "role_assignments" {
  type = map(object({
    name                                   = optional(string, null)
    role_definition_id_or_name             = string
    principal_id                           = string
    description                            = optional(string, null)
    skip_service_principal_aad_check       = optional(bool, false)
    condition                              = optional(string, null)
    condition_version                      = optional(string, null)
    delegated_managed_identity_resource_id = optional(string, null)
    principal_type                         = optional(string, null)
  }))
  default     = {}
  description = "Roles to give on the virtual network. A value of `role_definition_id_or_name` with a leading slash is an ID, any other is a name."
  nullable    = false
}

variable "subnets" {
  type = map(object({
    address_prefixes                = list(string)
    name                            = optional(string, null)
    default_outbound_access_enabled = optional(bool, false)
    network_security_group          = optional(object({ id = string }), null)
    route_table                     = optional(object({ id = string }), null)
  }))
  default     = {}
  description = "The subnets, by a key of your own, which is also the name unless `name` is set."
  nullable    = false
}

variable "tags" {
  type        = map(string)
  default     = null
  description = "Tags of the virtual network."
}
