harness "mine" {
  description = "A harness."
  evidence    = ["requests.jsonl"]
}

integrity {
  min_requests_per_second = -1

  exception {
    min_request_span = 0.5
  }

  exception {
    tool     = "fuzzer"
    service  = "pet"
    min_span = 0.5
  }
}

tool "fuzzer" {
  description = "A tool."
}

service "pets" {
  description = "A service."
  ready_url   = "http://127.0.0.1:9001/pets"
}
