# What the VM is told, by the metadata server: names, numbers and hashes, never a secret's value.

locals {
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
}
