# A harness for tests: two tools and two services that all use the same port; nothing is downloaded.
harness "pair" {
  description = "Two tools on two services with one port; for tests of gen-tf itself"
  evidence    = ["requests.txt"]
  request_log = "requests.txt"
}

integrity {
  min_requests_per_second = 0.5
  min_request_span        = 0.5
}

setting "page" {
  type        = "string"
  description = "What the services answer."
  default     = "hello"
}

tool "steady" {
  description = "Asks again and again until it is stopped"
  needs {
    commands = ["curl"]
  }
}

tool "quick" {
  description = "Asks three times and ends, to be started again"
  needs {
    commands = ["curl"]
  }
}

service "left" {
  description   = "python3 -m http.server"
  ready_url     = "http://127.0.0.1:9001/left.txt"
  ready_timeout = "30s"
  needs {
    commands = ["python3"]
  }
}

service "right" {
  description   = "python3 -m http.server, on the same port"
  ready_url     = "http://127.0.0.1:9001/right.txt"
  ready_timeout = "30s"
  needs {
    commands = ["python3"]
  }
}
