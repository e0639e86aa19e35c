# DO NOT EDIT: gen-tf renders this file from study "odd".
# Every cell of the study by service and tool; each has runs 1 to `runs`.

locals {
  runs = 1
}

locals {
  cells = {
    httpbin = {
      "1st-tool" = {
        definition = "06bc462e4ef8b4cb9c136316a0e59cae"
        name       = "odd-httpbin-1st-tool"
        setup_key  = "78e37c80bb98177e2c5f1f89dc778dc6"
      }
    }
  }
}
