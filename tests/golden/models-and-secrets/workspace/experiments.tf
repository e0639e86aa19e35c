# DO NOT EDIT: gen-tf renders this file from study "models".
# Every cell of the study by service and tool; each has runs 1 to `runs`.

locals {
  runs = 1
}

locals {
  cells = {
    httpbin = {
      llama = {
        definition = "7fe6619547ad22da18572324f3ee5661"
        name       = "models-httpbin-llama"
        setup_key  = "a35a1b7bbec6dea6804ecf8a3e41a965"
        models = {
          "ex.gguf" = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
        }
      }
      schemathesis = {
        definition = "542af2f73b86a5623451037ef69f5618"
        name       = "models-httpbin-schemathesis"
        setup_key  = "c0a2992f8fff124f1302993e5ac1783b"
      }
    }
    omdb = {
      schemathesis = {
        definition = "df7aee182f53e68fb6fbe46652f8db17"
        name       = "models-omdb-schemathesis"
        setup_key  = "ca0b35290c6c55f221d402f34acf0bdf"
        secrets = {
          omdb-api-key = "OMDB_API_KEY"
        }
      }
    }
  }
}
