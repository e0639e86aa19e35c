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
  image        = "ubuntu-2204-lts"
  max_parallel = 25
  bucket       = "my-project-rest-2026"
}
