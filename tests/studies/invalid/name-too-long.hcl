study "a-study-with-a-name-that-is-much-too-long" {
  harness  = "./harness"
  tools    = ["fuzzer", "schema-walker"]
  services = ["pets", "books"]
  runs     = 10
  duration = "1h"
}

target "local" {
  cpus = 2
}
