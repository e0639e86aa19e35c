study "rest-2026" {
  harness  = "./harness"
  tools    = ["fuzzer", "schema-walker"]
  services = ["pets", "books"]
  runs     = 10
  duration = "1h"

  exclude {
    tool    = "fuzzer"
    service = "pets"
  }

  exclude {
    tool    = "fuzzer"
    service = "pets"
  }
}

target "local" {
  cpus = 2
}
