harness "mine" {
  description = "A harness."
  evidence    = ["requests.jsonl"]
}

setting "api_memory" {
  type        = "string"
  description = "A setting."
}

setting "api_cpus" {
  type        = "size"
  description = "A setting."
}

tool "fuzzer" {
  description = "A tool."

  needs {
    memory_from = "api_memory"
    cpus_from   = "api_cpus"
  }
}

service "pets" {
  description = "A service."
  ready_url   = "http://127.0.0.1:9001/pets"
}
