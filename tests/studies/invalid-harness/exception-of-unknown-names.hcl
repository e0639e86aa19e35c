harness "mine" {
  description = "A harness."
  evidence    = ["requests.jsonl"]
}

integrity {
  exception {
    tool    = "fuzer"
    service = "dogs"
  }
}

tool "fuzzer" {
  description = "A tool."
}

service "pets" {
  description = "A service."
  ready_url   = "http://127.0.0.1:9001/pets"
}
