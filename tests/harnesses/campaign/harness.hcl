# A harness for the fault campaign: tools and services that fail in the ways that real ones do.
# The services fail in the first attempt only; a tool that fails does so in every attempt.
harness "campaign" {
  description = "Tools and services that fail in known ways; for tests of gen-tf itself"
  evidence    = ["requests.txt"]
  request_log = "requests.txt"
}

integrity {
  min_requests_per_second = 0.5
  min_request_span        = 0.5
}

tool "steady" {
  description = "Asks until it is stopped"
  needs {
    commands = ["curl"]
  }
}

tool "quits" {
  description = "Fails at once"
}

tool "overstays" {
  description = "Ignores an interrupt, and ends when it is terminated"
  needs {
    commands = ["curl"]
  }
}

tool "deaf" {
  description = "Ignores every signal that can be ignored"
  needs {
    commands = ["curl"]
  }
}

tool "daemon" {
  description = "Leaves a process in a session of its own, which goes on asking"
  needs {
    commands = ["curl"]
  }
}

tool "greedy" {
  description = "Takes memory without end"
  needs {
    commands = ["python3"]
  }
}

tool "filling" {
  description = "Fills the disk"
}

service "calm" {
  description   = "python3 -m http.server"
  ready_url     = "http://127.0.0.1:9001/calm.txt"
  ready_timeout = "30s"
  needs {
    commands = ["python3"]
  }
}

service "stillborn" {
  description   = "Dies before it is ready"
  ready_url     = "http://127.0.0.1:9001/stillborn.txt"
  ready_timeout = "30s"
  needs {
    commands = ["python3"]
  }
}

service "mortal" {
  description   = "Dies at a random moment after it is ready"
  ready_url     = "http://127.0.0.1:9001/mortal.txt"
  ready_timeout = "30s"
  needs {
    commands = ["python3"]
  }
}

service "late" {
  description   = "Dies in the last second of the tool's time"
  ready_url     = "http://127.0.0.1:9001/late.txt"
  ready_timeout = "30s"
  needs {
    commands = ["python3"]
  }
}
