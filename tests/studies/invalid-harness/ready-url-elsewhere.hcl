harness "mine" {
  description = "A harness."
  evidence    = ["requests.jsonl"]
}

tool "fuzzer" {
  description = "A tool."
}

service "pets" {
  description = "A service."
  ready_url   = "http://example.com:9001/pets"
}
