study "rest-2026" {
  harness  = "./harness"
  tools    = ["fuzzer", "schema-walker"]
  services = ["pets", "books"]
  runs     = var.runs
  duration = "1h"
}

target "local" {
  cpus = 2
}
