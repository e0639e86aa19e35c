# Where a study's VMs live: a network of their own without a way in, and a NAT as the way out; or one that exists.
# A network without firewall rules lets nothing in and everything out, so that no rule is needed for that.

locals {
  own = var.subnetwork == null

  # A firewall rule belongs to the project of its network, which is another one where the network is shared.
  network_project = try(regex("^projects/([^/]+)/", var.network)[0], var.project)

  network    = local.own ? google_compute_network.study[0].id : var.network == null ? null : strcontains(var.network, "/") ? var.network : "projects/${var.project}/global/networks/${var.network}"
  subnetwork = local.own ? google_compute_subnetwork.study[0].id : strcontains(var.subnetwork, "/") ? var.subnetwork : "projects/${var.project}/regions/${var.region}/subnetworks/${var.subnetwork}"
}

resource "google_compute_network" "study" {
  #checkov:skip=CKV2_GCP_18:A network without firewall rules lets nothing in; a rule that denies all would say the same and would have to name every address as its source.
  count                   = local.own ? 1 : 0
  auto_create_subnetworks = false
  description             = "Private network of ${var.name}."
  name                    = var.name
  project                 = var.project
  routing_mode            = "REGIONAL"
}

resource "google_compute_subnetwork" "study" {
  #checkov:skip=CKV_GCP_26:Flow logs would be written while experiments are measured, and cost more than they tell: nothing can come in, and what goes out is recorded by the experiment.
  #checkov:skip=CKV_GCP_76:The subnetwork has IPv4 addresses only.
  count                    = local.own ? 1 : 0
  description              = "VMs of ${var.name}; none has a public address."
  ip_cidr_range            = var.ip_cidr_range
  name                     = var.name
  network                  = google_compute_network.study[0].id
  private_ip_google_access = true
  project                  = var.project
  region                   = var.region
}

resource "google_compute_router" "study" {
  count       = local.own ? 1 : 0
  description = "Carries the NAT of ${var.name}."
  name        = var.name
  network     = google_compute_network.study[0].id
  project     = var.project
  region      = var.region
}

resource "google_compute_router_nat" "study" {
  count                              = local.own ? 1 : 0
  min_ports_per_vm                   = var.nat_ports_per_vm
  name                               = var.name
  nat_ip_allocate_option             = "AUTO_ONLY"
  project                            = var.project
  region                             = var.region
  router                             = google_compute_router.study[0].name
  source_subnetwork_ip_ranges_to_nat = "ALL_SUBNETWORKS_ALL_IP_RANGES"

  log_config {
    enable = true
    filter = "ERRORS_ONLY"
  }
}

# The only way in, and only on request: Google's proxy, which asks IAM who is knocking. 35.235.240.0/20 is the proxy's.
resource "google_compute_firewall" "iap_ssh" {
  count         = var.iap_ssh ? 1 : 0
  description   = "ssh through Identity-Aware Proxy to the VMs of ${var.name}."
  direction     = "INGRESS"
  name          = "${var.name}-iap-ssh"
  network       = local.network
  project       = local.network_project
  source_ranges = ["35.235.240.0/20"]
  target_tags   = [var.name]

  allow {
    ports    = ["22"]
    protocol = "tcp"
  }
}
