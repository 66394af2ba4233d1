variables {
  environment = "dev"
  region      = "westeurope"
  workload    = "contoso"
}

run "composes_names" {
  command = plan

  assert {
    condition     = output.names["virtual_network"] == "vnet-contoso-dev-weu-001"
    error_message = "The parts of the name are not in their order."
  }
  assert {
    condition     = output.storage_account_name == "stcontosodevweu001"
    error_message = "The storage account name is not what was expected."
  }
}

run "keeps_an_unknown_region" {
  command = plan

  variables {
    region = "examplewest"
  }

  assert {
    condition     = output.names["resource_group"] == "rg-contoso-dev-examplewest-001"
    error_message = "A region without a code must be kept."
  }
}

run "refuses_a_fraction" {
  command = plan

  variables {
    instance = 1.5
  }

  expect_failures = [var.instance]
}

run "merges_tags" {
  command = plan

  variables {
    tags = { workload = "override", owner = "contoso" }
  }

  assert {
    condition     = output.tags == { environment = "dev", owner = "contoso", workload = "override" }
    error_message = "The tags of the caller must be added and win."
  }
}
