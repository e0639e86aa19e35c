study "rest-2026" {
  harness  = "./harness"
  tools    = ["fuzzer", "schema-walker"]
  services = ["pets", "books"]
  runs     = 10
  duration = "1h"
  settings = {
    repository = <<-EOT
      line "one" {
      line $${two}
    EOT
  }
}

target "local" {
  cpus = 2
}
