study "rest-2026" {
  harness  = "./harness"
  tools    = ["boxed"]
  services = ["market"]
  runs     = 10
  duration = "1h"

  settings = {
    boxed_image  = "restgym/boxed-tool@sha256:9f86d081"
    market_image = "restgym/market-api:1.0.0@9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
  }
}

target "gcp" {
  project      = "my-project"
  zones        = ["us-central1-a", "us-central1-b"]
  machine_type = "n1-highmem-8"
  image        = "projects/ubuntu-os-cloud/global/images/ubuntu-2204-jammy-v20260901"
  max_parallel = 25
  bucket       = "my-project-rest-2026"
}
