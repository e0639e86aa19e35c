study "odd" {
  harness  = "fixture"
  tools    = ["1st-tool"]
  services = ["httpbin"]
  runs     = 1
  duration = "20s"
}

target "local" {}
