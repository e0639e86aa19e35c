# DeepREST on all eleven APIs of RESTgym 2.0.1, ten runs each, an hour a run, one VM an experiment.
# Write your own project and bucket into it, then
#   gen-tf doctor examples/deeprest/study.hcl
#   gen-tf plan examples/deeprest/study.hcl
#   gen-tf apply --wait examples/deeprest/study.hcl
#   gen-tf-sync examples/deeprest/workspace-gcp
#   gen-tf destroy examples/deeprest/study.hcl

study "deeprest" {
  harness = "restgym"
  tools   = ["deeprest"]
  services = [
    "blog", "features-service", "genome-nexus", "languagetool", "market", "ncs", "person-controller",
    "project-tracking-system", "restcountries", "scs", "user-management",
  ]
  runs     = 10
  duration = "1h"
  seed     = 1
}

target "gcp" {
  project = "my-project"
  zones   = ["us-central1-a", "us-central1-b"]

  # RESTgym gives each of the two containers 16 GiB and 8 CPUs. An n1-standard-8 has 30 GiB, this one 52.
  machine_type = "n1-highmem-8"
  image        = "projects/ubuntu-os-cloud/global/images/ubuntu-2204-jammy-v20260901"
  disk_gb      = 100
  max_parallel = 22 # five waves

  # Names of buckets are unique in the world. gen-tf makes this one, and never removes it unasked.
  bucket = "my-project-deeprest"
}

# plan and apply refuse to go beyond this: room for a few attempts that fail.
budget {
  vm_hours = 160
  usd      = 80
}
