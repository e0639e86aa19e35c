# DO NOT EDIT: gen-tf renders this file from study "two-by-two".
# Every cell of the study by service and tool; each has runs 1 to `runs`.

locals {
  runs = 10
}

locals {
  cells = {
    httpbin = {
      llama = {
        definition = "548a3d18244ab9b66b24d02ef278ee39"
        name       = "two-by-two-httpbin-llama"
        setup_key  = "be62e300eea924297bfce8d4526846b5"
        models = {
          "ex.gguf" = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        }
      }
      schemathesis = {
        definition = "2bf621c7cc3ace45a15aed277d7d866a"
        name       = "two-by-two-httpbin-schemathesis"
        setup_key  = "63828087b403fef00a2742f7fbbf7a56"
      }
    }
    omdb = {
      llama = {
        definition = "3377944990c64a46c6056beb888de3fc"
        name       = "two-by-two-omdb-llama"
        setup_key  = "458852d5023b2aab57290828210c5558"
        models = {
          "ex.gguf" = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
        }
        secrets = {
          omdb-api-key = "OMDB_API_KEY"
        }
      }
      schemathesis = {
        definition = "c2fc2bf66b5716cb65ab57f3faffb0b9"
        name       = "two-by-two-omdb-schemathesis"
        setup_key  = "ffc811cbe4bf715dc4d6b71e4e4a4717"
        secrets = {
          omdb-api-key = "OMDB_API_KEY"
        }
      }
    }
  }
}
