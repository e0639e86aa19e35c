# DO NOT EDIT: gen-tf renders this file from study "small".
# Every cell of the study by service and tool; each has runs 1 to `runs`.

locals {
  runs = 3
}

locals {
  cells = {
    httpbin = {
      schemathesis = {
        definition = "1fc03089967db4dd1134b07c45774fa9"
        name       = "small-httpbin-schemathesis"
        setup_key  = "8ec91592e9c285d561da2ee4c5702103"
      }
    }
  }
}
