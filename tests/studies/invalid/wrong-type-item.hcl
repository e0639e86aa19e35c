study "rest-2026" {
  harness  = "./harness"
  tools    = ["fuzzer", 2]
  services = ["pets", "books"]
  runs     = 10
  duration = "1h"
}

target "local" {
  cpus = 2
}
