# A study: tools × services × runs, and where they run.
# `gen-tf validate` checks it, `gen-tf plan` shows what would happen, `gen-tf apply --wait` does it.

study "my-study" {
  harness  = "quickstart" # knows how to set up, start, drive and stop the tools and services below
  tools    = ["openapi-fuzzer", "schemathesis"]
  services = ["httpbin"]
  runs     = 2
  duration = "20s" # the tool's time on the service; nothing else counts
  seed     = 42    # order of the experiments and seeds of the tools

  # Leave cells out: every experiment that matches both fields.
  # exclude {
  #   tool    = "openapi-fuzzer"
  #   service = "httpbin"
  # }
}

# Sandboxes on this machine: each has its own network, its own CPUs and its own memory.
target "local" {
  max_parallel = 1
  cpus         = 1
  memory       = "2GiB"
}

# VMs on Google Cloud, one an experiment: docs/gcp.md says what a project needs before. Where both
# targets stand, `--target gcp` or `--target local` says which is meant.
# target "gcp" {
#   project      = "my-project"
#   zones        = ["us-central1-a", "us-central1-b"] # of one region
#   machine_type = "n1-standard-8"
#   image        = "projects/debian-cloud/global/images/debian-12-bookworm-v20260901"
#   max_parallel = 10
#   bucket       = "my-project-my-study"  # gen-tf makes it; results outlive a destroy in it
#   state_bucket = "my-project-tfstate"   # has to exist; without it Terraform's state is a local file
# }

# Causes that another attempt may cure (a machine that went away, a service that did not start) are
# tried again, up to this many attempts.
retry {
  attempts = 3
}
