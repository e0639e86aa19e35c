# A harness for tests: the service serves a folder, the tool asks for one file again and again.
harness "tiny" {
  description = "Serves a file and asks for it; for tests of gen-tf itself"
  evidence    = ["requests.txt"]
  request_log = "requests.txt"
}

integrity {
  min_requests_per_second = 0.5
  min_request_span        = 0.9
}

tool "loop" {
  description = "Asks for the file again and again"
  needs {
    commands = ["curl"]
  }
}

service "files" {
  description   = "python3 -m http.server"
  ready_url     = "http://127.0.0.1:9001/index.txt"
  ready_timeout = "30s"
  needs {
    commands = ["python3"]
  }
}
