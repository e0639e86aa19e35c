study "rest-2026" {
  harness  = "./harness"
  tools    = ["boxed"]
  services = ["market"]
  runs     = 10
  duration = "1h"

  settings = {
    boxed_image  = "https://hub.docker.com/r/restgym/boxed-tool"
    market_image = "RESTgym/market-api:1.0.0"
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
