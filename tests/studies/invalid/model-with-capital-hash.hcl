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
}

model "ex.gguf" {
  source = "gs://my-models/ex.gguf"
  sha256 = "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08"
}

secret "lama-token" {
  env = "LAMA_TOKEN"
}
