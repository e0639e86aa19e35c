study "everything" {
  harness  = "fixture"
  tools    = ["llama", "schemathesis"]
  services = ["httpbin", "omdb"]
  runs     = 10
  duration = "1h30m"
  seed     = 42

  exclude {
    tool    = "llama"
    service = "omdb"
  }

  settings = {
    greeting = "good day"
    depth    = 5
  }
}

target "gcp" {
  project       = "my-project"
  zones         = ["europe-west10-a", "europe-west10-b", "europe-west10-c"]
  machine_type  = "n2-standard-8"
  image         = "projects/ubuntu-os-cloud/global/images/ubuntu-2204-jammy-v20260901"
  disk_gb       = 200
  disk_type     = "pd-balanced"
  max_parallel  = 25
  bucket        = "my-project-everything"
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

model "ex.gguf" {
  source = "gs://my-models/ex.gguf"
  sha256 = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
  tools  = ["llama"]
}

secret "omdb-api-key" {
  env      = "OMDB_API_KEY"
  version  = 3
  services = ["omdb"]
}

secret "everywhere" {
  env   = "EVERYWHERE"
  tools = ["llama", "schemathesis"]
}

retry {
  attempts = 2
}
