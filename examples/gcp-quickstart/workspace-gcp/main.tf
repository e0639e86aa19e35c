# DO NOT EDIT: gen-tf renders this file from study "gcp-quickstart".
# Calls one module an experiment, over the active set only.

terraform {
  required_version = ">= 1.11.0"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "7.45.0"
    }
  }

  backend "gcs" {
    bucket = "my-project-tfstate"
    prefix = "gen-tf/gcp-quickstart"
  }
}

provider "google" {
  project = local.project
  region  = local.region
}

locals {
  study        = "gcp-quickstart"
  target       = "gcp"
  store        = "gs://my-project-gcp-quickstart/gcp-quickstart"
  results      = "../results"
  guest_sha256 = "eda434acddf6af57f982268034c042b3dc10ae4dd114491d98c022698562d06e"
  project      = "my-project"
  region       = "us-central1"
  labels = {
    team = "testing"
  }
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
  name       = "gen-tf-gcp-quickstart"
  network    = null
  project    = local.project
  region     = local.region
  subnetwork = null
}

module "service_account" {
  source     = "./modules/gcp-service-account"
  account_id = "gen-tf-gcp-quickstart"
  project    = local.project
  study      = local.study
}

module "store" {
  source        = "./modules/gcp-store"
  bucket        = "my-project-gcp-quickstart"
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
  disk_gb         = 30
  disk_type       = "pd-ssd"
  experiment      = each.key
  guest_sha256    = local.guest_sha256
  image           = "projects/debian-cloud/global/images/debian-12-bookworm-v20260901"
  labels          = local.labels
  machine_type    = "n1-standard-2"
  max_run_seconds = 6000
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
