harness "mine" {
  description = "A harness."
  evidence    = ["requests.jsonl"]
}

integrity {
  exception {
    tool                            = "fuzzer"
    service                         = "pets"
    min_requests_per_second         = "many"
    min_request_span                = 1.5
    min_coverage_samples_per_minute = -1
  }
}

tool "fuzzer" {
  description = "A tool."
}

service "pets" {
  description = "A service."
  ready_url   = "http://127.0.0.1:9001/pets"
}
