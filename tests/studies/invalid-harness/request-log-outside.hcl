harness "mine" {
  description = "A harness."
  request_log = "/var/log/x"
  evidence    = ["requests.jsonl"]
}

tool "fuzzer" {
  description = "A tool."
}

service "pets" {
  description = "A service."
  ready_url   = "http://127.0.0.1:9001/pets"
}
