study "rest-2026" {
  harness  = "./harness"
  tools    = ["boxed"]
  services = ["market"]
  runs     = 10
  duration = "1h"

  settings = {
    boxed_image   = "us-central1-docker.pkg.dev/my-project/images/boxed-tool:1.0.0@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
    boxed_memory  = "1536MiB"
    market_image  = "localhost:5000/market-api"
    market_cpus   = 2
    market_memory = "2GiB"
  }
}

target "gcp" {
  project      = "my-project"
  zones        = ["us-central1-a", "us-central1-b"]
  machine_type = "n1-standard-2"
  image        = "projects/ubuntu-os-cloud/global/images/ubuntu-2204-jammy-v20260901"
  max_parallel = 25
  bucket       = "my-project-rest-2026"
}

target "local" {
  cpus   = 2
  memory = "3584MiB"
}
