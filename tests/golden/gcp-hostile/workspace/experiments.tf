# DO NOT EDIT: gen-tf renders this file from study "a23456789-123456789-123456789z".
# Every cell of the study by service and tool; each has runs 1 to `runs`.

locals {
  runs = 100000
}

locals {
  cells = {
    httpbin = {
      "1st-tool" = {
        definition = "9df27c11666af9cfb272b3f5eecffa4c"
        name       = "a23456789-123456789-123456789z-httpbin-1st-tool"
        setup_key  = "03780ce03e658036dbc97ef5ba4aa1c7"
        models = {
          "_.-.gguf" = "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
        }
        secrets = [
          "a--b",
          "null"
        ]
      }
    }
  }
}
