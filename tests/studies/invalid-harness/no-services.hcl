harness "mine" {
  description = "A harness."
  evidence    = ["requests.jsonl"]
}

tool "fuzzer" {
  description = "A tool."
}
