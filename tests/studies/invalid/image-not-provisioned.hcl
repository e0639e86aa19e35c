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
  image        = "projects/rocky-linux-cloud/global/images/rocky-linux-9-v20260901"
  max_parallel = 25
  bucket       = "my-project-rest-2026"
}
