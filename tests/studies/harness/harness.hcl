# The harness of the studies in this folder; it has something of everything and no scripts.

harness "sample" {
  description = "A harness for tests of the study parser."
  evidence    = ["requests.jsonl", "coverage.json"]
  request_log = "proxy/requests.jsonl"
  containers  = true
}

integrity {
  min_requests_per_second = 0.5
  min_request_span        = 0.9

  exception {
    tool                            = "lama"
    service                         = "omdb"
    min_requests_per_second         = 0.25
    min_coverage_samples_per_minute = 1
  }
}

setting "repository" {
  type        = "string"
  description = "Where the tools come from."
  default     = "https://example.com/tools.git"
}

setting "commit" {
  type        = "string"
  description = "Commit of the repository."
  tools       = ["lama"]
}

setting "workers" {
  type        = "int"
  description = "Workers of the tool."
  default     = 1
}

setting "coverage" {
  type        = "bool"
  description = "Whether coverage is recorded."
  default     = true
}

setting "omdb-plan" {
  type        = "string"
  description = "The plan of the OMDb key."
  default     = "free"
  services    = ["omdb"]
}

setting "boxed_image" {
  type        = "image"
  description = "Image of the boxed tool."
  tools       = ["boxed"]
}

setting "boxed_memory" {
  type        = "size"
  description = "Limit of the boxed tool's container."
  default     = "16GiB"
  tools       = ["boxed"]
}

setting "market_image" {
  type        = "image"
  description = "Image of the market."
  default     = "restgym/market-api:1.0.0"
  services    = ["market"]
}

setting "market_cpus" {
  type        = "int"
  description = "Limit of the market's container."
  default     = 8
  services    = ["market"]
}

setting "market_memory" {
  type        = "size"
  description = "Limit of the market's container."
  default     = "16GiB"
  services    = ["market"]
}

tool "fuzzer" {
  description = "A tool that needs nothing."
}

tool "schema-walker" {
  description = "A tool that needs a bit."
  restart     = false
  evidence    = ["walk.log"]

  needs {
    commands = ["python3"]
    cpus     = 2
    memory   = "1GiB"
    disk     = "1GiB"
  }
}

tool "lama" {
  description = "A tool that needs a model, a secret and a large machine."
  models      = ["ex.gguf"]
  secrets     = ["lama-token"]

  needs {
    cpus   = 4
    memory = "12GiB"
    disk   = "60GiB"
  }
}

tool "boxed" {
  description = "A tool in a container."

  needs {
    memory_from = "boxed_memory"
  }
}

service "pets" {
  description = "A service without demands."
  ready_url   = "http://127.0.0.1:9001/pets"
}

service "books" {
  description   = "A service with a database."
  ready_url     = "http://127.0.0.1:9002/health"
  ready_timeout = "90s"

  needs {
    memory = "2GiB"
    disk   = "5GiB"
  }
}

service "omdb" {
  description = "A service on the internet."
  ready_url   = "http://127.0.0.1:9003/"
  internet    = true
  secrets     = ["omdb-api-key"]
  warning     = "answers 401 after 1,000 requests a day without a paid key"
}

service "market" {
  description = "A service in a container."
  ready_url   = "http://127.0.0.1:9090/"

  needs {
    cpus_from   = "market_cpus"
    memory_from = "market_memory"
  }
}
