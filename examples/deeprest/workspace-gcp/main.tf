# DO NOT EDIT: gen-tf renders this file from study "deeprest".
# Calls one module an experiment, over the active set only.

terraform {
  required_version = ">= 1.11.0"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "7.45.0"
    }
  }
}

provider "google" {
  project = local.project
  region  = local.region
}

locals {
  study        = "deeprest"
  target       = "gcp"
  store        = "gs://my-project-deeprest/deeprest"
  results      = "../results"
  guest_sha256 = "79505281e812ddf81ddd0117c7d8d656aa929ffcea61a6cbf36f8f43fded9698"
  project      = "my-project"
  region       = "us-central1"
  labels       = {}
}

locals {
  active = { for id, machine in var.active : id => {
    attempt = machine.attempt
    cell    = local.cells[split("/", id)[0]][split("/", id)[1]]
    run     = tonumber(split("/", id)[2])
    service = split("/", id)[0]
    spot    = machine.spot
    started = machine.started
    tool    = split("/", id)[1]
    zone    = machine.zone
  } }
}

module "network" {
  source     = "./modules/gcp-network"
  iap_ssh    = false
  name       = "gen-tf-deeprest"
  network    = null
  project    = local.project
  region     = local.region
  subnetwork = null
}

module "service_account" {
  source     = "./modules/gcp-service-account"
  account_id = "gen-tf-deeprest"
  project    = local.project
  study      = local.study
}

module "store" {
  source        = "./modules/gcp-store"
  bucket        = "my-project-deeprest"
  expires       = var.expires
  guest_archive = "${path.module}/guest.tar.gz"
  guest_sha256  = local.guest_sha256
  labels        = local.labels
  location      = local.region
  project       = local.project
  study         = local.study
  writer        = module.service_account.member
}

module "secrets" {
  source   = "./modules/gcp-secrets"
  accessor = module.service_account.member
  expires  = var.expires
  labels   = local.labels
  project  = local.project
  secrets  = {}
  study    = local.study
  values   = {}
}

module "experiment" {
  source          = "./modules/gcp-experiment"
  for_each        = local.active
  attempt         = each.value.attempt
  definition      = each.value.cell.definition
  disk_gb         = 100
  disk_type       = "pd-ssd"
  experiment      = each.key
  guest_sha256    = local.guest_sha256
  image           = "projects/ubuntu-os-cloud/global/images/ubuntu-2204-jammy-v20260901"
  labels          = local.labels
  machine_type    = "n1-highmem-8"
  max_run_seconds = 9000
  models          = lookup(each.value.cell, "models", {})
  name            = format("%s-%d", each.value.cell.name, each.value.run)
  on_timeout      = "STOP"
  project         = local.project
  run             = each.value.run
  secrets         = { for name in lookup(each.value.cell, "secrets", []) : name => module.secrets.versions[name] }
  service         = each.value.service
  service_account = module.service_account.email
  setup_key       = each.value.cell.setup_key
  spot            = each.value.spot
  started         = each.value.started
  startup_script  = file("${path.module}/startup.sh")
  store           = module.store.location
  study           = local.study
  subnetwork      = module.network.subnetwork
  tool            = each.value.tool
  zone            = each.value.zone
}
