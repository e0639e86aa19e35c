# The quickstart harness: real tools and services that need nothing but package registries.
# Every service has a recording proxy (nginx) in front of it and its coverage measured inside it.

harness "quickstart" {
  description = "Schemathesis and openapi-fuzzer on three services from package registries, without a cloud or Docker."
  evidence    = ["requests.jsonl", "requests.json", "openapi.json", "coverage.json", "coverage"]
  request_log = "proxy/requests.jsonl"
}

integrity {
  min_requests_per_second = 0.5
  min_request_span        = 0.85 # the start of a tool weighs more in a run of 20 seconds
}

setting "schemathesis_workers" {
  type        = "int"
  description = "Schemathesis's own workers; more than one makes its seed less binding."
  default     = 1
  tools       = ["schemathesis"]
}

setting "openapi_fuzzer_version" {
  type        = "string"
  description = "Version of openapi-fuzzer on crates.io."
  default     = "0.2.0"
  tools       = ["openapi-fuzzer"]
}

setting "openapi_fuzzer_cases" {
  type        = "int"
  description = "Cases for each operation in one start of openapi-fuzzer; it is started again until its time is over."
  default     = 32
  tools       = ["openapi-fuzzer"]
}

setting "languagetool_version" {
  type        = "string"
  description = "Version of LanguageTool on Maven Central."
  default     = "6.6"
  services    = ["languagetool"]
}

setting "languagetool_java_options" {
  type        = "string"
  description = "Options of LanguageTool's JVM. The default spends no CPU on an optimizing compiler, which pays off only in long runs, and sends answers at once, which Java's own server does not."
  default     = "-Xmx1g -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dsun.net.httpserver.nodelay=true"
  services    = ["languagetool"]
}

tool "schemathesis" {
  description = "Property-based testing of an OpenAPI document (Schemathesis 4.32.5)."
  evidence    = ["tool/*/events.ndjson"]
  needs {
    commands = ["python3", "nginx"]
    cpus     = 1
    memory   = "512MiB"
    disk     = "1GiB"
  }
}

tool "openapi-fuzzer" {
  description = "Black-box fuzzing of every operation of an OpenAPI document. It takes no seed."
  evidence    = ["tool/*/output.txt"]
  needs {
    commands = ["cargo", "nginx"]
    cpus     = 1
    memory   = "256MiB"
    disk     = "1GiB"
  }
}

service "httpbin" {
  description   = "httpbin 0.10.4 (Python, Flask): answers that mirror the request."
  ready_url     = "http://127.0.0.1:9001/status/200"
  ready_timeout = "60s"
  needs {
    commands = ["python3"]
    memory   = "256MiB"
  }
}

service "kinto" {
  description   = "kinto 26.5.0 (Python, Pyramid): a JSON store with buckets, collections and records, in memory."
  ready_url     = "http://127.0.0.1:9001/v1/__heartbeat__"
  ready_timeout = "60s"
  needs {
    commands = ["python3"]
    memory   = "256MiB"
  }
}

service "languagetool" {
  description   = "LanguageTool 6.6 (Java): finds mistakes in English texts."
  ready_url     = "http://127.0.0.1:9002/" # answers when English is loaded
  ready_timeout = "120s"
  needs {
    commands = ["java", "javac", "mvn"]
    memory   = "1536MiB"
  }
}
