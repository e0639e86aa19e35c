harness "mine" {
  description = "A harness."
  evidence    = ["requests.jsonl"]
}

setting "workers" {
  type        = "int"
  description = "Workers."
  default     = [1]
}

tool "fuzzer" {
  description = "A tool."
}

service "pets" {
  description = "A service."
  ready_url   = "http://127.0.0.1:9001/pets"
}
