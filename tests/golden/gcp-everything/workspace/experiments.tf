# DO NOT EDIT: gen-tf renders this file from study "everything".
# Every cell of the study by service and tool; each has runs 1 to `runs`.

locals {
  runs = 10
}

locals {
  cells = {
    httpbin = {
      llama = {
        definition = "b03fb4d98450a77bd27bd4a766bd3e92"
        name       = "everything-httpbin-llama"
        setup_key  = "5266987574c0a84eb556c952cb0f0df1"
        models = {
          "ex.gguf" = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
        }
        secrets = [
          "everywhere"
        ]
      }
      schemathesis = {
        definition = "758cfee6aa6dddb93cadcc9fc087db1a"
        name       = "everything-httpbin-schemathesis"
        setup_key  = "fba9206875e8018913f9f9c10ae562ca"
        secrets = [
          "everywhere"
        ]
      }
    }
    omdb = {
      schemathesis = {
        definition = "06ff6d881e283769204465b3304556db"
        name       = "everything-omdb-schemathesis"
        setup_key  = "691ad2f464901707bb5df4db13c9a6eb"
        secrets = [
          "everywhere",
          "omdb-api-key"
        ]
      }
    }
  }
}
