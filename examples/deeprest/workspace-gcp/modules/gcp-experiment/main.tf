# One experiment on a VM of its own. The VM runs one attempt and switches itself off; a stopped VM is no change to Terraform.

locals {
  # Seconds that a VM whose time is over has for being removed, before it counts as forgotten.
  margin = 3600

  # A label takes less than a name: what does not fit becomes an underscore, what is too long is cut.
  values = {
    gen-tf-attempt    = tostring(var.attempt)
    gen-tf-definition = var.definition
    gen-tf-experiment = "${var.service}_${var.tool}_${var.run}"
    gen-tf-expires    = var.started == null ? "" : tostring(var.started + var.max_run_seconds + local.margin)
    gen-tf-run        = tostring(var.run)
    gen-tf-service    = var.service
    gen-tf-study      = var.study
    gen-tf-tool       = var.tool
  }
  labels = merge(var.labels, {
    for key, value in local.values : key => substr(replace(lower(value), "/[^a-z0-9_-]/", "_"), 0, 63) if value != ""
  })
}

# The VM is replaced when this is, and it is replaced by another attempt alone.
resource "terraform_data" "attempt" {
  input            = var.attempt
  triggers_replace = var.attempt
}

resource "google_compute_instance" "experiment" {
  #checkov:skip=CKV_GCP_38:The disk is encrypted with a key that Google manages, lives for one attempt, and holds nothing that the bucket does not.
  labels       = local.labels
  machine_type = var.machine_type

  # What the VM is told, by the metadata server: names, numbers and hashes, never a secret's value.
  metadata = {
    block-project-ssh-keys = "TRUE"
    enable-oslogin         = "TRUE"
    gen-tf-attempt         = tostring(var.attempt)
    gen-tf-definition      = var.definition
    gen-tf-experiment      = var.experiment
    gen-tf-guest-sha256    = var.guest_sha256
    gen-tf-models          = join(" ", [for name, sha256 in var.models : "${name}=${sha256}"])
    gen-tf-run             = tostring(var.run)
    gen-tf-secrets         = join(" ", [for name, version in var.secrets : "${name}=${version}"])
    gen-tf-service         = var.service
    gen-tf-setup-key       = var.setup_key
    gen-tf-store           = var.store
    gen-tf-study           = var.study
    gen-tf-tool            = var.tool
    serial-port-enable     = "FALSE"
    startup-script         = var.startup_script
  }
  name    = var.name
  project = var.project
  tags    = ["gen-tf-${var.study}"]
  zone    = var.zone

  boot_disk {
    auto_delete = true

    initialize_params {
      image  = var.image
      labels = local.labels
      size   = var.disk_gb
      type   = var.disk_type
    }
  }

  # Without an access_config the VM has no public address.
  network_interface {
    subnetwork = var.subnetwork
  }

  scheduling {
    # A VM that comes back would be a second boot of its attempt, which is a failed attempt.
    automatic_restart           = false
    instance_termination_action = var.on_timeout
    on_host_maintenance         = var.spot ? "TERMINATE" : "MIGRATE"
    preemptible                 = var.spot
    provisioning_model          = var.spot ? "SPOT" : "STANDARD"

    # The cost fuse, for a VM whose guest can't switch it off any more.
    max_run_duration {
      seconds = var.max_run_seconds
    }
  }

  # The scope allows everything that IAM allows this account, which is little: see gcp-store and gcp-secrets.
  service_account {
    email  = var.service_account
    scopes = ["https://www.googleapis.com/auth/cloud-platform"]
  }

  dynamic "shielded_instance_config" {
    for_each = var.secure_boot ? [true] : []

    content {
      enable_integrity_monitoring = true
      enable_secure_boot          = true
      enable_vtpm                 = true
    }
  }

  lifecycle {
    # A running VM is never changed, so that nothing disturbs a measurement: neither an edited study nor a newer guest.
    ignore_changes       = all
    replace_triggered_by = [terraform_data.attempt]
  }
}
