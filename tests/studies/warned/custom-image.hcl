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
  image        = "projects/my-project/global/images/my-debian-12"
  max_parallel = 25
  bucket       = "my-project-rest-2026"
}
