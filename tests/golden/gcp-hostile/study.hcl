# Whatever a study may hold, at its longest and oddest.
study "a23456789-123456789-123456789z" {
  harness  = "fixture"
  tools    = ["1st-tool"]
  services = ["httpbin"]
  runs     = 100000
  duration = "7d"

  settings = {
    greeting = "'; rm -rf / #$(reboot)`reboot`\"$${path.module}%%{ if true }\n# gone"
  }
}

target "gcp" {
  project      = "a-b.example.com:z23456789-123456789-123456789z"
  zones        = ["northamerica-northeast1-c"]
  machine_type = "c4-standard-8-lssd"
  image        = "projects/my-project/global/images/null"
  max_parallel = 1000
  bucket       = "0.a_b-123456789-123456789-123456789-123456789-123456789-12345-9"
  state_bucket = "null"
  labels       = { "null" = "", "true" = "for", a_ = "-", "in" = "0-_" }
  network      = "projects/example.com:my-project/global/networks/null"
  subnetwork   = "for"
}

secret "null" {
  env   = "_"
  tools = ["1st-tool"]
}

secret "a--b" {
  env   = "PATH"
  tools = ["1st-tool"]
}

model "_.-.gguf" {
  source = "a b'\"`$(reboot)"
  sha256 = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
  tools  = ["1st-tool"]
}
