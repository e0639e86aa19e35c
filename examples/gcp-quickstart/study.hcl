# The quickstart on Google Cloud: two tools on two services, three runs each, ten minutes a run, one VM an experiment.
# Write your own project and bucket into it, then
#   gen-tf doctor examples/gcp-quickstart/study.hcl
#   gen-tf plan examples/gcp-quickstart/study.hcl
#   gen-tf apply --wait examples/gcp-quickstart/study.hcl
#   gen-tf-sync examples/gcp-quickstart/workspace-gcp
#   gen-tf destroy examples/gcp-quickstart/study.hcl

study "gcp-quickstart" {
  harness  = "quickstart"
  tools    = ["schemathesis", "openapi-fuzzer"]
  services = ["httpbin", "languagetool"]
  runs     = 3
  duration = "10m"
  seed     = 1
}

target "gcp" {
  project      = "my-project"
  zones        = ["us-central1-a", "us-central1-b"]
  machine_type = "n1-standard-2"
  image        = "projects/debian-cloud/global/images/debian-12-bookworm-v20260901"
  disk_gb      = 30
  max_parallel = 6

  # Names of buckets are unique in the world. gen-tf makes this one, and never removes it unasked.
  bucket = "my-project-gcp-quickstart"

  # Where Terraform's state is, so that a colleague and a workflow can go on where you stopped. It has to exist.
  state_bucket = "my-project-tfstate"

  labels = { team = "testing" }
}

# plan and apply refuse to go beyond this.
budget {
  vm_hours = 10
  usd      = 2
}
