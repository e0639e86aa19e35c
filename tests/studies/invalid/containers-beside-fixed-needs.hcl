study "rest-2026" {
  harness  = "./harness"
  tools    = ["schema-walker", "boxed"]
  services = ["books"]
  runs     = 10
  duration = "1h"

  settings = {
    boxed_image  = "restgym/boxed-tool:1.0.0"
    boxed_memory = "4GiB"
  }
}

target "gcp" {
  project      = "my-project"
  zones        = ["us-central1-a", "us-central1-b"]
  machine_type = "n1-standard-1"
  image        = "projects/ubuntu-os-cloud/global/images/ubuntu-2204-jammy-v20260901"
  max_parallel = 25
  bucket       = "my-project-rest-2026"
}
