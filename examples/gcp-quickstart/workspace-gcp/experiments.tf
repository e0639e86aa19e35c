# DO NOT EDIT: gen-tf renders this file from study "gcp-quickstart".
# Every cell of the study by service and tool; each has runs 1 to `runs`.

locals {
  runs = 3
}

locals {
  cells = {
    httpbin = {
      openapi-fuzzer = {
        definition = "b97f71765ae99ddc23daa5be8540c3bd"
        name       = "gcp-quickstart-httpbin-openapi-fuzzer"
        setup_key  = "35691a8e21c3a8d4544424026d666d40"
      }
      schemathesis = {
        definition = "c9239684bb872f2413632cad88fcacf2"
        name       = "gcp-quickstart-httpbin-schemathesis"
        setup_key  = "9a480f88bd383ab00d050dba31e92c09"
      }
    }
    languagetool = {
      openapi-fuzzer = {
        definition = "69420b3f31eced225af088c1e978e404"
        name       = "gcp-quickstart-languagetool-openapi-fuzzer"
        setup_key  = "d895484a4adda131225b52a2558cd9c1"
      }
      schemathesis = {
        definition = "c7d598baccc6ba64ff3047fe54fcecfd"
        name       = "gcp-quickstart-languagetool-schemathesis"
        setup_key  = "20d0baf6814cab98b46a76cf7a1577af"
      }
    }
  }
}
