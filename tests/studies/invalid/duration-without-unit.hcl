study "rest-2026" {
  harness  = "./harness"
  tools    = ["fuzzer", "schema-walker"]
  services = ["pets", "books"]
  runs     = 10
  duration = "90"
}

target "local" {
  cpus = 2
}
