study "rest-2026" {
  harness  = "./harness"
  tools    = ["fuzzer", "schema-walker"]
  services = ["pets", "books"]
  runs     = 0
  duration = "1h"
}

target "local" {
  cpus = 2
}
