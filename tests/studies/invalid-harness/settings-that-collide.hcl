harness "mine" {
  description = "A harness."
  evidence    = ["requests.jsonl"]
}

setting "max-workers" {
  type        = "int"
  description = "Workers."
}

setting "max_workers" {
  type        = "int"
  description = "Workers."
}

tool "fuzzer" {
  description = "A tool."
}

service "pets" {
  description = "A service."
  ready_url   = "http://127.0.0.1:9001/pets"
}
