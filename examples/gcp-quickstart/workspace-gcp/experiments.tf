# DO NOT EDIT: gen-tf renders this file from study "gcp-quickstart".
# Every cell of the study by service and tool; each has runs 1 to `runs`.

locals {
  runs = 3
}

locals {
  cells = {
    httpbin = {
      openapi-fuzzer = {
        definition = "86f199c1b6dfd05f06ecd59726717005"
        name       = "gcp-quickstart-httpbin-openapi-fuzzer"
        setup_key  = "35691a8e21c3a8d4544424026d666d40"
      }
      schemathesis = {
        definition = "cb75b69b1f5487027508b1ecf0928ee6"
        name       = "gcp-quickstart-httpbin-schemathesis"
        setup_key  = "9a480f88bd383ab00d050dba31e92c09"
      }
    }
    languagetool = {
      openapi-fuzzer = {
        definition = "f6218e7f7b26b6d455c1076acabaca0b"
        name       = "gcp-quickstart-languagetool-openapi-fuzzer"
        setup_key  = "d895484a4adda131225b52a2558cd9c1"
      }
      schemathesis = {
        definition = "8c7c8643647075c25885c611ad3c9c27"
        name       = "gcp-quickstart-languagetool-schemathesis"
        setup_key  = "20d0baf6814cab98b46a76cf7a1577af"
      }
    }
  }
}
