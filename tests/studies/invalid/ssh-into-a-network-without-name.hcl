study "rest-2026" {
  harness  = "./harness"
  tools    = ["lama"]
  services = ["pets", "books"]
  runs     = 10
  duration = "1h"
  settings = { commit = "69f2e95e" }
}

target "gcp" {
  project      = "my-project"
  zones        = ["us-central1-a", "us-central1-b"]
  image        = "projects/ubuntu-os-cloud/global/images/ubuntu-2204-jammy-v20260901"
  max_parallel = 25
  bucket       = "my-project-rest-2026"
  subnetwork   = "my-subnetwork"
  iap_ssh      = true
}

model "ex.gguf" {
  source = "gs://my-models/ex.gguf"
  sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
}

secret "lama-token" {
  env = "LAMA_TOKEN"
}
