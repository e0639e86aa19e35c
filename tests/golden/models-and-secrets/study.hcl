study "models" {
  harness  = "fixture"
  tools    = ["llama", "schemathesis"]
  services = ["httpbin", "omdb"]
  runs     = 1
  duration = "20s"

  exclude {
    tool    = "llama"
    service = "omdb"
  }

  settings = {
    greeting = "a/b&c'd\"e"
    depth    = 5
  }
}

target "local" {}

model "ex.gguf" {
  source = "models/ex.gguf"
  sha256 = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
  tools  = ["llama"]
}

secret "omdb-api-key" {
  env = "OMDB_API_KEY"
}
