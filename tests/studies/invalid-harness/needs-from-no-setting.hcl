harness "mine" {
  description = "A harness."
  evidence    = ["requests.jsonl"]
}

tool "fuzzer" {
  description = "A tool."

  needs {
    memory_from = "api_memory"
  }
}

service "pets" {
  description = "A service."
  ready_url   = "http://127.0.0.1:9001/pets"
}
