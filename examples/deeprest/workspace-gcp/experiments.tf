# DO NOT EDIT: gen-tf renders this file from study "deeprest".
# Every cell of the study by service and tool; each has runs 1 to `runs`.

locals {
  runs = 10
}

locals {
  cells = {
    blog = {
      deeprest = {
        definition = "9b4445fec0e8ce40882f995621b5e9c2"
        name       = "deeprest-blog-deeprest"
        setup_key  = "cd16822c1503ceb7f2dceb0a47a1c0f3"
      }
    }
    features-service = {
      deeprest = {
        definition = "05b780b82a069e879124790afc8116a2"
        name       = "deeprest-features-service-deeprest"
        setup_key  = "bb05937c3765d04901c273cad47639bc"
      }
    }
    genome-nexus = {
      deeprest = {
        definition = "c6c9bd712a5a5a9980c6b86829a7fcaf"
        name       = "deeprest-genome-nexus-deeprest"
        setup_key  = "fc5a54ee2730ec66ad1149c4c0096d72"
      }
    }
    languagetool = {
      deeprest = {
        definition = "f48f4d6235fe64f1269eefee29d2bb3a"
        name       = "deeprest-languagetool-deeprest"
        setup_key  = "9dea8eb4232026b0426822219b07c981"
      }
    }
    market = {
      deeprest = {
        definition = "1a34f8296c2f70bf40d5d8509cc9d32e"
        name       = "deeprest-market-deeprest"
        setup_key  = "7b009de03ff42f70d4ef72a37058c0e2"
      }
    }
    ncs = {
      deeprest = {
        definition = "4acc2dabcace74210d4141dc5a1ad9dd"
        name       = "deeprest-ncs-deeprest"
        setup_key  = "4563113d6ad3038f7b873d88e88d9c9f"
      }
    }
    person-controller = {
      deeprest = {
        definition = "6eaabb60a8f5ea9b3cbd9cb071e255ec"
        name       = "deeprest-person-controller-deeprest"
        setup_key  = "6a77ca627c5e901144ff2c15b06981f0"
      }
    }
    project-tracking-system = {
      deeprest = {
        definition = "d151e2947d292feb9291e87d7e838b21"
        name       = "deeprest-project-tracking-system-deeprest"
        setup_key  = "7fd1d68583c1318571986f314e7034e1"
      }
    }
    restcountries = {
      deeprest = {
        definition = "6a1256eaa765aedd8dd74783c451e0ee"
        name       = "deeprest-restcountries-deeprest"
        setup_key  = "7ef5ab84e560b8cc902242f1f3da975c"
      }
    }
    scs = {
      deeprest = {
        definition = "d834c78f2111eb5a277f7e76d06bcc2f"
        name       = "deeprest-scs-deeprest"
        setup_key  = "2aba13d717e09337eb052c0ab0609957"
      }
    }
    user-management = {
      deeprest = {
        definition = "c568fde23097e2f86357b39133224f57"
        name       = "deeprest-user-management-deeprest"
        setup_key  = "68e4118ec20a841f7d7c50d290153bc2"
      }
    }
  }
}
