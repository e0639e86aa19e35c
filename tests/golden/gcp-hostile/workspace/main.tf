# DO NOT EDIT: gen-tf renders this file from study "a23456789-123456789-123456789z".
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
    bucket = "null"
    prefix = "gen-tf/a23456789-123456789-123456789z"
  }
}

provider "google" {
  project = local.project
  region  = local.region
}

locals {
  study        = "a23456789-123456789-123456789z"
  target       = "gcp"
  store        = "gs://0.a_b-123456789-123456789-123456789-123456789-123456789-12345-9/a23456789-123456789-123456789z"
  results      = "../results"
  guest_sha256 = "2439da7b95eaa7f2f27252c1d4f9363f778a039e07a3482be9d0eb42d60d81a5"
  project      = "a-b.example.com:z23456789-123456789-123456789z"
  region       = "northamerica-northeast1"
  labels = {
    a_     = "-"
    "in"   = "0-_"
    "null" = ""
    "true" = "for"
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
  name       = "gen-tf-a23456789-123456789-123456789z"
  network    = "projects/example.com:my-project/global/networks/null"
  project    = local.project
  region     = local.region
  subnetwork = "for"
}

module "service_account" {
  source     = "./modules/gcp-service-account"
  account_id = "gen-tf-a23456789-1234-551ce730"
  project    = local.project
  study      = local.study
}

module "store" {
  source        = "./modules/gcp-store"
  bucket        = "0.a_b-123456789-123456789-123456789-123456789-123456789-12345-9"
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
    a--b = {
      version = 1
    }
    "null" = {
      version = 1
    }
  }
  study = local.study
  values = {
    a--b   = var.secret_a__b
    "null" = var.secret_null
  }
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
  image           = "projects/my-project/global/images/null"
  labels          = local.labels
  machine_type    = "c4-standard-8-lssd"
  max_run_seconds = 610200
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
