# A sandbox on this machine, in the place of a VM.
# Terraform skips the destroy-time provisioners of a tainted resource, so what a failed start leaves behind
# would be leaked: `stop` therefore sits on a resource of its own, which the start depends on.

resource "terraform_data" "guard" {
  input = {
    name      = var.name
    script    = "${path.module}/sandbox.sh"
    workspace = path.root
  }
  triggers_replace = var.attempt

  provisioner "local-exec" {
    when    = destroy
    command = "exec bash \"$GEN_TF_SANDBOX_SCRIPT\" stop"

    environment = {
      GEN_TF_MACHINE        = self.output.name
      GEN_TF_SANDBOX_SCRIPT = self.output.script
      GEN_TF_WORKSPACE      = self.output.workspace
    }
  }

  lifecycle {
    ignore_changes = [input]
  }
}

resource "terraform_data" "sandbox" {
  input = {
    attempt = var.attempt
    name    = var.name
  }
  triggers_replace = var.attempt

  provisioner "local-exec" {
    command = "exec bash \"$GEN_TF_SANDBOX_SCRIPT\" start"

    environment = {
      GEN_TF_ATTEMPT        = var.attempt
      GEN_TF_CPUS           = var.cpus
      GEN_TF_DEFINITION     = var.definition
      GEN_TF_DURATION       = var.duration
      GEN_TF_EXPERIMENT     = var.experiment
      GEN_TF_GUEST_SHA256   = var.guest_sha256
      GEN_TF_MACHINE        = var.name
      GEN_TF_MEMORY_BYTES   = format("%d", var.memory)
      GEN_TF_MODELS         = join(" ", [for name, sha256 in var.models : "${name}=${sha256}"])
      GEN_TF_RUN            = var.run
      GEN_TF_SANDBOX_SCRIPT = "${path.module}/sandbox.sh"
      GEN_TF_SECRETS        = join(" ", [for name, variable in var.secrets : "${name}=${variable}"])
      GEN_TF_SERVICE        = var.service
      GEN_TF_SETUP_KEY      = var.setup_key
      GEN_TF_STORE          = var.store
      GEN_TF_STUDY          = var.study
      GEN_TF_TOOL           = var.tool
      GEN_TF_WORKSPACE      = path.root
    }
  }

  lifecycle {
    # A sandbox is replaced when its attempt changes and for no other reason, so that nothing disturbs a measurement.
    ignore_changes = [input]
  }

  depends_on = [terraform_data.guard]
}
