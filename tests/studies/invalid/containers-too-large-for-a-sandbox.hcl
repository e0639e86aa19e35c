study "rest-2026" {
  harness  = "./harness"
  tools    = ["boxed"]
  services = ["market"]
  runs     = 10
  duration = "1h"

  settings = {
    boxed_image = "restgym/boxed-tool:1.0.0"
    market_cpus = 2
  }
}

target "local" {
  cpus   = 1
  memory = "4GiB"
}
