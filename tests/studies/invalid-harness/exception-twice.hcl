harness "mine" {
  description = "A harness."
  evidence    = ["requests.jsonl"]
}

integrity {
  exception {
    tool             = "fuzzer"
    service          = "pets"
    min_request_span = 0.5
  }

  exception {
    tool             = "fuzzer"
    service          = "pets"
    min_request_span = 0.6
  }
}

tool "fuzzer" {
  description = "A tool."
}

service "pets" {
  description = "A service."
  ready_url   = "http://127.0.0.1:9001/pets"
}
