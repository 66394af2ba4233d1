data "azurerm_client_config" "telemetry" {
  count = var.enable_telemetry ? 1 : 0
}

data "modtm_module_source" "telemetry" {
  count = var.enable_telemetry ? 1 : 0

  module_path = path.module
}

resource "random_uuid" "telemetry" {
  count = var.enable_telemetry ? 1 : 0
}

resource "modtm_telemetry" "telemetry" {
  count = var.enable_telemetry ? 1 : 0

  tags = {
    location        = var.location
    module_source   = data.modtm_module_source.telemetry[0].module_source
    module_version  = data.modtm_module_source.telemetry[0].module_version
    random_id       = random_uuid.telemetry[0].result
    subscription_id = data.azurerm_client_config.telemetry[0].subscription_id
    tenant_id       = data.azurerm_client_config.telemetry[0].tenant_id
  }
}
