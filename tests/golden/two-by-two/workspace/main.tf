# DO NOT EDIT: gen-tf renders this file from study "two-by-two".
# Calls one module an experiment, over the active set only.

terraform {
  required_version = ">= 1.11.0"
}

locals {
  study        = "two-by-two"
  target       = "local"
  store        = "../store/two-by-two"
  results      = "../results"
  guest_sha256 = "ebc7e819567982883c8537828bec028c9a6fd22a8547eb080d2c2227042cd02e"
  duration     = 5400
  cpus         = 1
  memory       = 4294967296
}

locals {
  active = { for id, machine in var.active : id => {
    attempt = machine.attempt
    cell    = local.cells[split("/", id)[0]][split("/", id)[1]]
    run     = tonumber(split("/", id)[2])
    service = split("/", id)[0]
    tool    = split("/", id)[1]
  } }
}

module "experiment" {
  source       = "./modules/local-experiment"
  for_each     = local.active
  attempt      = each.value.attempt
  cpus         = local.cpus
  definition   = each.value.cell.definition
  duration     = local.duration
  experiment   = each.key
  guest_sha256 = local.guest_sha256
  memory       = local.memory
  models       = lookup(each.value.cell, "models", {})
  name         = format("%s-%d", each.value.cell.name, each.value.run)
  run          = each.value.run
  secrets      = lookup(each.value.cell, "secrets", {})
  service      = each.value.service
  setup_key    = each.value.cell.setup_key
  store        = local.store
  study        = local.study
  tool         = each.value.tool
}
