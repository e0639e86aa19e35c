study "rest-2026" {
  harness  = "./harness"
  tools    = ["fuzzer", "schema-walker"]
  services = ["pets", "books"]
  runs     = 10
  duration = "1h"
}

target "gcp" {
  project      = "my-project"
  zones        = ["us-central1-a", "us-central1-b"]
  image        = "projects/ubuntu-os-cloud/global/images/ubuntu-2204-jammy-v20260901"
  max_parallel = 25
  bucket       = "my-project-rest-2026"
}

secret "other" {
  env      = "LAMA_TOKEN"
  services = ["pets"]
}
