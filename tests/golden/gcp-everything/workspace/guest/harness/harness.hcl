harness "fixture" {
  description = "A harness for golden workspaces; it runs nothing."
  evidence    = ["requests.jsonl"]
  request_log = "proxy/requests.jsonl"
}

integrity {
  min_requests_per_second = 0.5
  min_request_span        = 0.9
}

setting "greeting" {
  type        = "string"
  description = "A text with characters that a shell would like to read."
  default     = "it's $HOME and `date`"
}

setting "depth" {
  type        = "int"
  description = "Matters for one tool."
  default     = 3
  tools       = ["llama"]
}

tool "schemathesis" {
  description = "A tool that needs nothing."
}

tool "llama" {
  description = "A tool that opens a model."
  restart     = false
  models      = ["ex.gguf"]
  evidence    = ["tool"]
  needs {
    commands = ["python3", "curl"]
  }
}

tool "1st-tool" {
  description = "A tool whose name is no identifier."
}

service "httpbin" {
  description = "A service."
  ready_url   = "http://127.0.0.1:9001/status/200"
}

service "omdb" {
  description   = "A service that needs a secret."
  ready_url     = "http://127.0.0.1:9001/health"
  ready_timeout = "90s"
  secrets       = ["omdb-api-key"]
}
