harness "mine" {
  description = "A harness."
  evidence    = ["requests.jsonl"]
}

exception {
  tool    = "fuzzer"
  service = "pets"
}

tool "fuzzer" {
  description = "A tool."
}

service "pets" {
  description = "A service."
  ready_url   = "http://127.0.0.1:9001/pets"
}
