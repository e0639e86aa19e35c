# DO NOT EDIT: gen-tf renders this file from study "everything".
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
    prefix = "gen-tf/everything"
  }
}

provider "google" {
  project = local.project
  region  = local.region
}

locals {
  study        = "everything"
  target       = "gcp"
  store        = "gs://my-project-everything/everything"
  results      = "../results"
  guest_sha256 = "39309eb16a2e01f6f847445332f8ee448af658c2a069dd2743dd2fa3f1fea420"
  project      = "my-project"
  region       = "europe-west10"
  labels = {
    cost_centre = "42"
    team        = "testing"
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
  iap_ssh    = true
  name       = "gen-tf-everything"
  network    = "my-network"
  project    = local.project
  region     = local.region
  subnetwork = "projects/my-project/regions/europe-west10/subnetworks/my-subnetwork"
}

module "service_account" {
  source     = "./modules/gcp-service-account"
  account_id = "gen-tf-everything"
  project    = local.project
  study      = local.study
}

module "store" {
  source        = "./modules/gcp-store"
  bucket        = "my-project-everything"
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
  secrets = {
    everywhere = {
      version = 1
    }
    omdb-api-key = {
      version = 3
    }
  }
  study = local.study
  values = {
    everywhere   = var.secret_everywhere
    omdb-api-key = var.secret_omdb_api_key
  }
}

module "experiment" {
  source          = "./modules/gcp-experiment"
  for_each        = local.active
  attempt         = each.value.attempt
  definition      = each.value.cell.definition
  disk_gb         = 200
  disk_type       = "pd-balanced"
  experiment      = each.key
  guest_sha256    = local.guest_sha256
  image           = "projects/ubuntu-os-cloud/global/images/ubuntu-2204-jammy-v20260901"
  labels          = local.labels
  machine_type    = "n2-standard-8"
  max_run_seconds = 10800
  models          = lookup(each.value.cell, "models", {})
  name            = format("%s-%d", each.value.cell.name, each.value.run)
  on_timeout      = "DELETE"
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
