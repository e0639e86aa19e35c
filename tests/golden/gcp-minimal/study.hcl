study "small" {
  harness  = "fixture"
  tools    = ["schemathesis"]
  services = ["httpbin"]
  runs     = 3
  duration = "1h"
}

target "gcp" {
  project      = "my-project"
  zones        = ["us-central1-a"]
  image        = "projects/debian-cloud/global/images/debian-12-bookworm-v20260901"
  max_parallel = 2
  bucket       = "my-project-small"
}
