# Every block and every field once.
study "rest-2026" {
  harness  = "./harness"
  tools    = ["fuzzer", "schema-walker", "lama"]
  services = ["pets", "books"]
  runs     = 10
  duration = "1h30m"
  seed     = 42

  exclude {
    tool    = "lama"
    service = "books"
  }

  settings = {
    repository = "https://example.com/other.git"
    commit     = "69f2e95e78a9a58cf0492613cde94f90fe57ea61"
    workers    = -4
    coverage   = false
  }
}

target "gcp" {
  project       = "example.com:my-project"
  zones         = ["europe-west10-a"]
  machine_type  = "n2-standard-8"
  image         = "projects/debian-cloud/global/images/debian-12-bookworm-v20260901"
  disk_gb       = 200
  disk_type     = "pd-balanced"
  max_parallel  = 25
  bucket        = "my-project-rest-2026"
  state_bucket  = "my-project-tfstate"
  labels        = { team = "testing", cost_centre = "42" }
  spot          = true
  spot_attempts = 1
  network       = "my-network"
  subnetwork    = "projects/my-project/regions/europe-west10/subnetworks/my-subnetwork"
  iap_ssh       = true
  keep_failed   = true
  on_timeout    = "delete"
  usd_per_hour  = 0.42
}

target "local" {
  max_parallel = 2
  cpus         = 4
  memory       = "12GiB"
}

model "ex.gguf" {
  source = "models/ex.gguf"
  sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
  tools  = ["lama"]
}

secret "lama-token" {
  env      = "LAMA_TOKEN"
  version  = 3
  tools    = ["lama"]
  services = ["pets"]
}

retry {
  attempts = 2
}

budget {
  vm_hours = 100
  usd      = 50
}
