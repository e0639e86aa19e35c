# RESTgym 2.0.1 (github.com/SeUniVr/RESTgym at 56a9300bbda7b9ccbb49b015bb8edb001daaa50b): each experiment is the two
# containers that RESTgym starts for it, from RESTgym's own images. docs/harnesses/restgym.md is about it.

harness "restgym" {
  description = "The 11 APIs and 6 tools of RESTgym 2.0.1, DeepREST among them, as containers of the published images."
  containers  = true
  evidence = [
    "results.db", "code-coverage", "logs", "started.txt", "completed.txt", "time-budget.txt",
    "check.json", "requests.json", "coverage.json", "images.json", "containers.json",
  ]
}

# The limits of RESTgym's check.py (src/check.py); check.json in the results has all of its rules.
integrity {
  min_requests_per_second         = 2.1666 # 130 a minute
  min_request_span                = 0.9
  min_coverage_samples_per_minute = 12

  exception {
    tool                    = "schemathesis"
    service                 = "genome-nexus"
    min_requests_per_second = 0.8333 # 50 a minute
  }
}

setting "api_memory" {
  type        = "size"
  description = "Memory limit of the API container; RESTgym's own is the default."
  default     = "16GiB"
}

setting "api_cpus" {
  type        = "int"
  description = "CPU limit of the API container; RESTgym's own is the default. Docker refuses more than the machine has."
  default     = 8
}

setting "tool_memory" {
  type        = "size"
  description = "Memory limit of the tool container; RESTgym's own is the default."
  default     = "16GiB"
}

setting "tool_cpus" {
  type        = "int"
  description = "CPU limit of the tool container; RESTgym's own is the default. Docker refuses more than the machine has."
  default     = 8
}

setting "privileged" {
  type        = "bool"
  description = "Whether the tool container is privileged, as it is in RESTgym."
  default     = true
}

setting "api_start_seconds" {
  type        = "int"
  description = "Least seconds from the API container's start to the tool's, 60 at most. RESTgym waits that long and looks for nothing; here the service must be ready besides."
  default     = 45
}

setting "blog_api_image" {
  type        = "image"
  description = "Image of the API blog."
  default     = "restgym/blog-api:1.0.0"
  services    = ["blog"]
}

setting "features_service_api_image" {
  type        = "image"
  description = "Image of the API features-service."
  default     = "restgym/features-service-api:1.0.0"
  services    = ["features-service"]
}

setting "genome_nexus_api_image" {
  type        = "image"
  description = "Image of the API genome-nexus."
  default     = "restgym/genome-nexus-api:1.0.0"
  services    = ["genome-nexus"]
}

setting "languagetool_api_image" {
  type        = "image"
  description = "Image of the API languagetool."
  default     = "restgym/languagetool-api:1.0.0"
  services    = ["languagetool"]
}

setting "market_api_image" {
  type        = "image"
  description = "Image of the API market."
  default     = "restgym/market-api:1.0.0"
  services    = ["market"]
}

setting "ncs_api_image" {
  type        = "image"
  description = "Image of the API ncs."
  default     = "restgym/ncs-api:1.0.0"
  services    = ["ncs"]
}

setting "person_controller_api_image" {
  type        = "image"
  description = "Image of the API person-controller."
  default     = "restgym/person-controller-api:1.0.0"
  services    = ["person-controller"]
}

setting "project_tracking_system_api_image" {
  type        = "image"
  description = "Image of the API project-tracking-system."
  default     = "restgym/project-tracking-system-api:1.0.0"
  services    = ["project-tracking-system"]
}

setting "restcountries_api_image" {
  type        = "image"
  description = "Image of the API restcountries."
  default     = "restgym/restcountries-api:1.0.0"
  services    = ["restcountries"]
}

setting "scs_api_image" {
  type        = "image"
  description = "Image of the API scs."
  default     = "restgym/scs-api:1.0.0"
  services    = ["scs"]
}

setting "user_management_api_image" {
  type        = "image"
  description = "Image of the API user-management."
  default     = "restgym/user-management-api:1.0.0"
  services    = ["user-management"]
}

setting "arat_rl_tool_image" {
  type        = "image"
  description = "Image of the tool arat-rl."
  default     = "restgym/arat-rl-tool:1.0.0"
  tools       = ["arat-rl"]
}

setting "deeprest_tool_image" {
  type        = "image"
  description = "Image of the tool deeprest."
  default     = "restgym/deeprest-tool:1.0.0"
  tools       = ["deeprest"]
}

setting "morest_tool_image" {
  type        = "image"
  description = "Image of the tool morest."
  default     = "restgym/morest-tool:1.0.0"
  tools       = ["morest"]
}

setting "restler_tool_image" {
  type        = "image"
  description = "Image of the tool restler."
  default     = "restgym/restler-tool:1.0.0"
  tools       = ["restler"]
}

setting "resttestgen_tool_image" {
  type        = "image"
  description = "Image of the tool resttestgen."
  default     = "restgym/resttestgen-tool:1.0.0"
  tools       = ["resttestgen"]
}

setting "schemathesis_tool_image" {
  type        = "image"
  description = "Image of the tool schemathesis."
  default     = "restgym/schemathesis-tool:1.0.0"
  tools       = ["schemathesis"]
}

tool "arat-rl" {
  description = "ARAT-RL: reinforcement learning."
  restart     = false
  needs {
    commands    = ["python3"]
    memory_from = "tool_memory"
    cpus_from   = "tool_cpus"
    disk        = "12GiB"
  }
}

tool "deeprest" {
  description = "DeepREST: deep reinforcement learning, with dictionaries that a language model has made beforehand."
  restart     = false
  needs {
    commands    = ["python3"]
    memory_from = "tool_memory"
    cpus_from   = "tool_cpus"
    disk        = "24GiB"
  }
}

tool "morest" {
  description = "MoREST: a property graph of the service, built while it tests."
  restart     = false
  needs {
    commands    = ["python3"]
    memory_from = "tool_memory"
    cpus_from   = "tool_cpus"
    disk        = "12GiB"
  }
}

tool "restler" {
  description = "RESTler: stateful fuzzing of sequences of requests."
  restart     = false
  needs {
    commands    = ["python3"]
    memory_from = "tool_memory"
    cpus_from   = "tool_cpus"
    disk        = "8GiB"
  }
}

tool "resttestgen" {
  description = "RestTestGen: nominal and error testing along the dependencies of operations."
  restart     = false
  needs {
    commands    = ["python3"]
    memory_from = "tool_memory"
    cpus_from   = "tool_cpus"
    disk        = "12GiB"
  }
}

tool "schemathesis" {
  description = "Schemathesis: property-based tests."
  restart     = false
  needs {
    commands    = ["python3"]
    memory_from = "tool_memory"
    cpus_from   = "tool_cpus"
    disk        = "12GiB"
  }
}

service "blog" {
  description   = "Blog (MySQL inside): posts, comments and users, 52 operations; its recorder signs in."
  ready_url     = "http://127.0.0.1:8080/" # inside the API container
  ready_timeout = "20m"
  needs {
    commands    = ["python3"]
    memory_from = "api_memory"
    cpus_from   = "api_cpus"
    disk        = "12GiB"
  }
}

service "features-service" {
  description   = "Features Service: products and their configurations, 18 operations."
  ready_url     = "http://127.0.0.1:8080/" # inside the API container
  ready_timeout = "20m"
  needs {
    commands    = ["python3"]
    memory_from = "api_memory"
    cpus_from   = "api_cpus"
    disk        = "12GiB"
  }
}

service "genome-nexus" {
  description   = "Genome Nexus (MongoDB inside): annotations of genetic variants, 23 operations."
  ready_url     = "http://127.0.0.1:8080/" # inside the API container
  ready_timeout = "30m"
  warning       = "is reported to need more than 5 GB of memory to start: keep the setting `api_memory` well above that"
  needs {
    commands    = ["python3"]
    memory_from = "api_memory"
    cpus_from   = "api_cpus"
    disk        = "12GiB"
  }
}

service "languagetool" {
  description   = "LanguageTool: finds mistakes in texts, 2 operations. Another build than LlamaRestTest's."
  ready_url     = "http://127.0.0.1:8081/" # inside the API container
  ready_timeout = "20m"
  needs {
    commands    = ["python3"]
    memory_from = "api_memory"
    cpus_from   = "api_cpus"
    disk        = "12GiB"
  }
}

service "market" {
  description   = "Market: a shop, 13 operations; its recorder signs in."
  ready_url     = "http://127.0.0.1:8080/" # inside the API container
  ready_timeout = "20m"
  needs {
    commands    = ["python3"]
    memory_from = "api_memory"
    cpus_from   = "api_cpus"
    disk        = "12GiB"
  }
}

service "ncs" {
  description   = "NCS: numerical case studies, 6 operations."
  ready_url     = "http://127.0.0.1:8080/" # inside the API container
  ready_timeout = "20m"
  needs {
    commands    = ["python3"]
    memory_from = "api_memory"
    cpus_from   = "api_cpus"
    disk        = "12GiB"
  }
}

service "person-controller" {
  description   = "Person Controller: people, 12 operations."
  ready_url     = "http://127.0.0.1:8080/" # inside the API container
  ready_timeout = "20m"
  needs {
    commands    = ["python3"]
    memory_from = "api_memory"
    cpus_from   = "api_cpus"
    disk        = "12GiB"
  }
}

service "project-tracking-system" {
  description   = "Project Tracking System: projects and employees, 59 operations."
  ready_url     = "http://127.0.0.1:8080/" # inside the API container
  ready_timeout = "20m"
  needs {
    commands    = ["python3"]
    memory_from = "api_memory"
    cpus_from   = "api_cpus"
    disk        = "12GiB"
  }
}

service "restcountries" {
  description   = "REST Countries (the old eu.fayder service): countries, 22 operations. Another build than LlamaRestTest's."
  ready_url     = "http://127.0.0.1:8080/" # inside the API container
  ready_timeout = "20m"
  needs {
    commands    = ["python3"]
    memory_from = "api_memory"
    cpus_from   = "api_cpus"
    disk        = "12GiB"
  }
}

service "scs" {
  description   = "SCS: string case studies, 11 operations."
  ready_url     = "http://127.0.0.1:8080/" # inside the API container
  ready_timeout = "20m"
  needs {
    commands    = ["python3"]
    memory_from = "api_memory"
    cpus_from   = "api_cpus"
    disk        = "12GiB"
  }
}

service "user-management" {
  description   = "User Management (MySQL inside): users and roles, 22 operations."
  ready_url     = "http://127.0.0.1:8080/" # inside the API container
  ready_timeout = "20m"
  needs {
    commands    = ["python3"]
    memory_from = "api_memory"
    cpus_from   = "api_cpus"
    disk        = "12GiB"
  }
}
