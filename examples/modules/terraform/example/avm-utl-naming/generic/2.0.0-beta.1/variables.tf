variable "environment" {
  type        = string
  description = "The stage that the resources belong to: `dev`, `test` or `prod`."
  nullable    = false

  validation {
    condition     = contains(["dev", "test", "prod"], var.environment)
    error_message = "The environment must be dev, test or prod."
  }
}

variable "location" {
  type        = string
  description = "The Azure region, in its short form such as `westeurope`. A region without a code of its own is used as it is."
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]+$", var.location))
    error_message = "The location must be written in lower case and without spaces."
  }
}

variable "workload" {
  type        = string
  description = "What the resources are for. 2 to 12 lower-case letters and digits, with a letter in front."
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,11}$", var.workload))
    error_message = "The workload must have 2 to 12 lower-case letters and digits and begin with a letter."
  }
}

variable "instance" {
  type        = number
  default     = 1
  description = "Tells several sets of the same resources apart. A whole number from 1 to 999."
  nullable    = false

  validation {
    condition     = var.instance >= 1 && var.instance <= 999 && floor(var.instance) == var.instance
    error_message = "The instance must be a whole number from 1 to 999."
  }
}

variable "tags" {
  type        = map(string)
  default     = {}
  description = "Tags to add to the ones that the module makes. They win where the keys are equal."
  nullable    = false
}
