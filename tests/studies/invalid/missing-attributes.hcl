study "rest-2026" {
  harness = "./harness"
}

target "local" {
  cpus = 2
}
