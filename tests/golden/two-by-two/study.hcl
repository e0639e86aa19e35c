study "two-by-two" {
  harness  = "fixture"
  tools    = ["schemathesis", "llama"]
  services = ["omdb", "httpbin"]
  runs     = 10
  duration = "1h30m"
  seed     = 42
}

target "local" {
  max_parallel = 2
  cpus         = 1
  memory       = "4GiB"
}

model "ex.gguf" {
  source = "ex.gguf"
  sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  tools  = ["llama"]
}

secret "omdb-api-key" {
  env      = "OMDB_API_KEY"
  services = ["omdb"]
}
