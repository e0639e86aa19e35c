harness "mine" {
  description = "A harness."
  evidence    = ["requests.jsonl"]
}

setting "api_image" {
  type        = "image"
  description = "A setting."
  default     = "restgym/market api"
}

setting "tool_image" {
  type        = "image"
  description = "A setting."
  default     = 1
}

tool "fuzzer" {
  description = "A tool."
}

service "pets" {
  description = "A service."
  ready_url   = "http://127.0.0.1:9001/pets"
}
