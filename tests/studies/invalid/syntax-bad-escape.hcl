study "rest-2026" {
  harness  = "./har\ness\d"
  tools    = ["fuzzer", "schema-walker"]
  services = ["pets", "books"]
  runs     = 10
  duration = "1h"
}

target "local" {
  cpus = 2
}
