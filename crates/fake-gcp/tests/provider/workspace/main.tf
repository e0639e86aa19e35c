# One of every resource and data source that the provider knows.
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
  project = "p1"
  region  = "us-central1"
  default_labels = {
    owner = var.owner
  }
}

resource "google_compute_network" "net" {
  name                    = "net"
  auto_create_subnetworks = false
  routing_mode            = var.routing_mode
}

resource "google_compute_subnetwork" "sub" {
  name                     = "sub"
  network                  = google_compute_network.net.id
  ip_cidr_range            = var.range
  private_ip_google_access = var.private_access
}

resource "google_compute_firewall" "ssh" {
  name          = "ssh"
  network       = google_compute_network.net.name
  priority      = var.priority
  source_ranges = ["35.235.240.0/20"]
  target_tags   = ["vm"]
  allow {
    protocol = "tcp"
    ports    = ["22"]
  }
}

resource "google_compute_router" "router" {
  name    = "router"
  network = google_compute_network.net.id
}

resource "google_compute_router_nat" "nat" {
  name                               = "nat"
  router                             = google_compute_router.router.name
  nat_ip_allocate_option             = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"
  min_ports_per_vm                   = var.ports
  log_config {
    enable = true
    filter = "ERRORS_ONLY"
  }
}

resource "google_service_account" "vm" {
  account_id   = "vm-account"
  display_name = var.display_name
}

resource "google_project_iam_member" "viewer" {
  project = "p1"
  role    = "roles/viewer"
  member  = google_service_account.vm.member
}

resource "google_storage_bucket" "store" {
  name                        = "store-1"
  location                    = "us-central1"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  deletion_policy             = "ABANDON"
  labels                      = var.labels
  versioning {
    enabled = true
  }
  soft_delete_policy {
    retention_duration_seconds = 0
  }
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      days_since_noncurrent_time = var.noncurrent_days
      with_state                 = "ARCHIVED"
    }
  }
}

resource "google_storage_bucket_object" "guest" {
  bucket          = google_storage_bucket.store.name
  name            = "s/guest/1.txt"
  source          = "guest.txt"
  deletion_policy = "ABANDON"
}

resource "google_storage_bucket_object" "note" {
  bucket  = google_storage_bucket.store.name
  name    = "s/note"
  content = var.note
}

resource "google_storage_bucket_iam_member" "writer" {
  bucket = google_storage_bucket.store.name
  role   = "roles/storage.objectCreator"
  member = google_service_account.vm.member
  condition {
    title      = "claims only"
    expression = "resource.name.startsWith(\"projects/_/buckets/store-1/objects/s/claims/\")"
  }
}

resource "google_secret_manager_secret" "key" {
  secret_id = "key"
  labels    = var.labels
  replication {
    auto {}
  }
}

resource "google_secret_manager_secret_version" "key" {
  secret                 = google_secret_manager_secret.key.id
  secret_data_wo         = var.secret
  secret_data_wo_version = var.secret_version
}

resource "google_secret_manager_secret_iam_member" "key" {
  secret_id = google_secret_manager_secret.key.id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.vm.member
}

resource "google_compute_instance" "vm" {
  name                      = "vm"
  zone                      = "us-central1-a"
  machine_type              = var.machine_type
  allow_stopping_for_update = var.allow_stopping
  labels                    = var.labels
  tags                      = ["vm"]
  metadata = {
    enable-oslogin = "TRUE"
    startup-script = var.script
  }
  boot_disk {
    initialize_params {
      image = "projects/debian-cloud/global/images/debian-12-bookworm-v20250101"
      size  = 20
      type  = "pd-ssd"
    }
  }
  network_interface {
    subnetwork = google_compute_subnetwork.sub.id
  }
  scheduling {
    automatic_restart           = false
    preemptible                 = true
    provisioning_model          = "SPOT"
    on_host_maintenance         = "TERMINATE"
    instance_termination_action = "STOP"
    max_run_duration {
      seconds = var.max_run_seconds
    }
  }
  service_account {
    email  = google_service_account.vm.email
    scopes = ["cloud-platform"]
  }
  shielded_instance_config {
    enable_secure_boot = true
  }
}

data "google_client_config" "current" {}

data "google_compute_zones" "zones" {
  region = "us-central1"
}

data "google_compute_network" "net" {
  name = google_compute_network.net.name
}

data "google_compute_subnetwork" "sub" {
  name = google_compute_subnetwork.sub.name
}

output "read" {
  value = {
    network = data.google_compute_network.net.self_link == google_compute_network.net.self_link
    project = data.google_client_config.current.project
    range   = data.google_compute_subnetwork.sub.ip_cidr_range
    zones   = data.google_compute_zones.zones.names
  }
}
