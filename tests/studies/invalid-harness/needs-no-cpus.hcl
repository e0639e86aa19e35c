harness "mine" {
  description = "A harness."
  evidence    = ["requests.jsonl"]
}

setting "api_cpus" {
  type        = "int"
  description = "A setting."
  default     = 0
}

tool "fuzzer" {
  description = "A tool."

  needs {
    cpus_from = "api_cpus"
  }
}

service "pets" {
  description = "A service."
  ready_url   = "http://127.0.0.1:9001/pets"
}
