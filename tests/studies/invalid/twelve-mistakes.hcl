study "Rest" {
  harness  = "./harness"
  tools    = ["fuzer", "schema-walker", "schema-walker"]
  services = "pets"
  runs     = 0
  duration = "90"
}

target "gcp" {
  project      = "123456789012"
  zones        = ["us-central1-a", "us-east1-b"]
  machine_type = "n1-standard-24"
  image        = "ubuntu-2204-lts"
  max_parallel = "25"
  bucket       = "my-project-rest-2026"
}

secret "omdb-api-key" {
  value = "do-not-show"
  env   = "OMDB_API_KEY"
}
