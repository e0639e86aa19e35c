# LlamaRestTest's own matrix: nine tools on nine services, from its repository at one commit, unchanged.
# Four services are JVMs on the machine, with JaCoCo; five are sites of other people, without coverage.

harness "llamaresttest" {
  description = "The nine tools and nine services of LlamaRestTest (codingsoo/LlamaRestTest), as they are published."
  evidence    = ["requests.jsonl", "requests.json", "log-*.txt", "versions.txt"]
  request_log = "proxy/requests.jsonl"
}

# The slowest published hour (llamaresttest on ocvn) has 1900 requests: 0.53 a second. Dead runs have none.
integrity {
  min_requests_per_second = 0.25
  min_request_span        = 0.9
}

setting "repository" {
  type        = "string"
  description = "URL of the repository, or the path of a local clone."
  default     = "https://github.com/codingsoo/LlamaRestTest"
}

setting "commit" {
  type        = "string"
  description = "Commit of the repository, all 40 digits."
  default     = "69f2e95e78a9a58cf0492613cde94f90fe57ea61"
}

setting "java_options" {
  type        = "string"
  description = "Options of the service's JVM besides JaCoCo's agent. The repository gives none, so that the heap may take a quarter of the memory."
  default     = ""
  services    = ["genome-nexus", "language-tool", "ocvn", "youtube"]
}

setting "evomaster_url" {
  type        = "string"
  description = "Where EvoMaster 1.5.0 is downloaded from, which no registry has."
  default     = "https://github.com/EMResearch/EvoMaster/releases/download/v1.5.0/evomaster.jar.zip"
  tools       = ["evomaster"]
}

setting "evomaster_sha256" {
  type        = "string"
  description = "The sha256 of that download: get the file from a place that you trust, and write what `sha256sum evomaster.jar.zip` prints."
  tools       = ["evomaster"]
}

setting "llama_cmake_args" {
  type        = "string"
  description = "How llama.cpp is compiled, once for all machines: without the builder's own CPU features, with AVX2, FMA and F16C. Add `-DGGML_AVX2=OFF -DGGML_FMA=OFF -DGGML_F16C=OFF` for CPUs before Haswell."
  default     = "-DGGML_NATIVE=OFF"
  tools       = ["llamaresttest", "llamaresttest-ex", "llamaresttest-ipd"]
}

setting "gn_mongo_image" {
  type        = "image"
  description = "Image of genome-nexus's MongoDB with its data: a copy in a registry of your own, where Docker Hub's limits stand in the way."
  default     = "genomenexus/gn-mongo:latest"
  services    = ["genome-nexus"]
}

setting "ocvn_mongo_image" {
  type        = "image"
  description = "Image that ocvn finds as mongo:3.2, the name in its source."
  default     = "mongo:3.2"
  services    = ["ocvn"]
}

setting "spotify_token_url" {
  type        = "string"
  description = "Where an access token of Spotify is got from."
  default     = "https://accounts.spotify.com/api/token"
  services    = ["spotify"]
}

setting "temurin8_url" {
  type        = "string"
  description = "Archive (tar.gz) of a JDK 8, for images whose distribution has none (Debian 12); Ubuntu 22.04 needs none."
  default     = ""
  services    = ["genome-nexus", "language-tool", "ocvn"]
}

setting "temurin8_sha256" {
  type        = "string"
  description = "Its sha256."
  default     = ""
  services    = ["genome-nexus", "language-tool", "ocvn"]
}

setting "temurin11_url" {
  type        = "string"
  description = "Archive (tar.gz) of a JDK 11, for images whose distribution has none (Debian 12); Ubuntu 22.04 needs none."
  default     = ""
}

setting "temurin11_sha256" {
  type        = "string"
  description = "Its sha256."
  default     = ""
}

tool "llamaresttest" {
  description = "LlamaRestTest with both models (llamarest.py)."
  models      = ["ex.gguf", "ipd.gguf"]
  needs {
    commands = ["git", "python3", "cmake", "g++"]
    cpus     = 4
    memory   = "18GiB" # two models of 8.5 GB each; the real sizes are checked before the tool starts
    disk     = "40GiB"
  }
}

tool "llamaresttest-ex" {
  description = "LlamaRestTest without inter-parameter dependencies (llamarest2.py). It still loads both models."
  models      = ["ex.gguf", "ipd.gguf"]
  needs {
    commands = ["git", "python3", "cmake", "g++"]
    cpus     = 4
    memory   = "18GiB"
    disk     = "40GiB"
  }
}

tool "llamaresttest-ipd" {
  description = "LlamaRestTest without examples (llamarest3.py). It still loads both models."
  models      = ["ex.gguf", "ipd.gguf"]
  needs {
    commands = ["git", "python3", "cmake", "g++"]
    cpus     = 4
    memory   = "18GiB"
    disk     = "40GiB"
  }
}

tool "arat-rl" {
  description = "ARAT-RL on the plain OpenAPI document (arat.py)."
  needs {
    commands = ["git", "python3"]
    cpus     = 1
    memory   = "512MiB"
    disk     = "2GiB"
  }
}

tool "arat-nlp" {
  description = "ARAT-RL on the OpenAPI document that NLP2REST has enhanced (arat.py)."
  needs {
    commands = ["git", "python3"]
    cpus     = 1
    memory   = "512MiB"
    disk     = "2GiB"
  }
}

tool "evomaster" {
  description = "EvoMaster 1.5.0, black box. Its test cases are written at its end only, which the end of the hour forestalls."
  needs {
    commands = ["git", "python3"]
    cpus     = 1
    memory   = "2GiB"
    disk     = "2GiB"
  }
}

tool "resttestgen" {
  description = "RestTestGen, built with the repository's own Gradle wrapper (Gradle 6.7, JDK 11)."
  needs {
    commands = ["git", "python3"]
    cpus     = 1
    memory   = "1GiB"
    disk     = "3GiB"
  }
}

tool "schemathesis" {
  description = "Schemathesis 3.39.16 with hypothesis 6.131.0: newer ones do not know the repository's flags, or send next to nothing."
  needs {
    commands = ["git", "python3"]
    cpus     = 1
    memory   = "512MiB"
    disk     = "2GiB"
  }
}

tool "tcases" {
  description = "Tcases: generates JUnit tests from the OpenAPI document and runs them by Maven, offline."
  needs {
    commands = ["git", "python3", "mvn"]
    cpus     = 1
    memory   = "1GiB"
    disk     = "2GiB"
  }
}

service "fdic" {
  description   = "FDIC BankFind, the live site banks.data.fdic.gov."
  ready_url     = "http://127.0.0.1:9001/" # ready.sh looks whether the proxy listens, and asks the site itself
  ready_timeout = "120s"
  internet      = true
  warning       = "a live site, throttled by address and announcing API keys: experiments behind one NAT share its limit; lower max_parallel, or leave it out"
  needs {
    commands = ["curl"]
    memory   = "512MiB"
  }
}

service "genome-nexus" {
  description   = "Genome Nexus (Spring Boot, JDK 8) with its MongoDB in a container."
  ready_url     = "http://127.0.0.1:50110/version"
  ready_timeout = "15m" # its MongoDB loads its data first
  internet      = true
  evidence      = ["coverage.json", "coverage", "jacoco9002.exec", "9002.csv"]
  warning       = "asks live sites (Ensembl, MyVariant, Mutation Assessor), so that answers differ between runs; its build needs JitPack, and its image Docker Hub, which allows few pulls an hour behind one NAT: let gn_mongo_image name a copy"
  needs {
    commands = ["git", "python3", "mvn", "docker"]
    cpus     = 2
    memory   = "6GiB"
    disk     = "20GiB"
  }
}

service "language-tool" {
  description   = "LanguageTool 5.2 of the EvoMaster benchmark (JDK 8)."
  ready_url     = "http://127.0.0.1:50111/v2/healthcheck"
  ready_timeout = "5m"
  evidence      = ["coverage.json", "coverage", "jacoco9003.exec", "9003.csv"]
  warning       = "EMB's Maven build depends on old artifacts, some from repositories that are gone: it is tried three times, and kept in the store once it has passed"
  needs {
    commands = ["git", "python3", "mvn", "curl"]
    cpus     = 1
    memory   = "2GiB"
    disk     = "6GiB"
  }
}

service "ocvn" {
  description   = "OCVN of the EvoMaster benchmark (JDK 8), which starts a MongoDB by Testcontainers."
  ready_url     = "http://127.0.0.1:50112/v2/api-docs?group=1ocDashboardsApi"
  ready_timeout = "15m"
  internet      = true
  evidence      = ["coverage.json", "coverage", "jacoco9004.exec", "9004.csv"]
  warning       = "its build names JCenter (closed) and Maven repositories over http (blocked by Maven, one gone), so that it may not pass; then leave it out, or let repository name a copy whose poms you have mended"
  needs {
    commands = ["git", "python3", "mvn", "docker"]
    cpus     = 2
    memory   = "4GiB"
    disk     = "8GiB"
  }
}

service "ohsome" {
  description   = "The ohsome API of OpenStreetMap's history, the live site api.ohsome.org."
  ready_url     = "http://127.0.0.1:9005/"
  ready_timeout = "120s"
  internet      = true
  warning       = "a live site, throttled by address: experiments behind one NAT share its limit; most published runs have no successful answer"
  needs {
    commands = ["curl"]
    memory   = "512MiB"
  }
}

service "omdb" {
  description   = "The Open Movie Database, the live site omdbapi.com."
  ready_url     = "http://127.0.0.1:9006/"
  ready_timeout = "120s"
  internet      = true
  secrets       = ["omdb-api-key"]
  warning       = "a free key allows 1000 requests a day and an experiment sends 13000 to 27000: use a paid key"
  needs {
    commands = ["curl"]
    memory   = "512MiB"
  }
}

service "rest-countries" {
  description   = "REST Countries, the live site restcountries.com."
  ready_url     = "http://127.0.0.1:9007/"
  ready_timeout = "120s"
  internet      = true
  warning       = "the site has switched off the versions that the API document describes: every call is answered by a notice, and the new version wants a key: leave it out"
  needs {
    commands = ["curl"]
    memory   = "512MiB"
  }
}

service "spotify" {
  description   = "Spotify's Web API, the live site api.spotify.com."
  ready_url     = "http://127.0.0.1:9008/"
  ready_timeout = "120s"
  internet      = true
  secrets       = ["spotify-client-id", "spotify-client-secret", "spotify-refresh-token"]
  warning       = "an access token lives one hour: each experiment gets its own at its start, and beyond an hour answers are 401; parallel experiments share the account's rate limit and change the same playlists: run them one at a time"
  needs {
    commands = ["curl"]
    memory   = "512MiB"
  }
}

service "youtube" {
  description   = "The repository's own mock of YouTube's search (Spring Boot, JDK 11)."
  ready_url     = "http://127.0.0.1:8080/api/search" # any answer: it wants parameters
  ready_timeout = "3m"
  evidence      = ["coverage.json", "coverage", "jacoco9009.exec", "9009.csv"]
  needs {
    commands = ["git", "python3", "mvn", "curl"]
    cpus     = 1
    memory   = "1GiB"
    disk     = "2GiB"
  }
}
