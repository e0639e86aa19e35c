study "rest-2026" {
  harness  = "./harness"
  tools    = ["fuzzer", "schema-walker"]
  servces  = ["pets", "books"]
  runs     = 10
  duration = "1h"
}

target "local" {
  cpus = 2
}
