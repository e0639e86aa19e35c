harness "mine" {
  description = "A harness."
  evidence    = ["requests.jsonl"]
}

setting "api_memory" {
  type        = "size"
  description = "A setting."
  default     = "16GB"
}

setting "tool_memory" {
  type        = "size"
  description = "A setting."
  default     = 16
}

tool "fuzzer" {
  description = "A tool."
}

service "pets" {
  description = "A service."
  ready_url   = "http://127.0.0.1:9001/pets"
}
