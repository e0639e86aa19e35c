# DO NOT EDIT: gen-tf renders this file from study "deeprest".
# Every cell of the study by service and tool; each has runs 1 to `runs`.

locals {
  runs = 10
}

locals {
  cells = {
    blog = {
      deeprest = {
        definition = "7d3f8ae1d3829e93b36f8889538d0f80"
        name       = "deeprest-blog-deeprest"
        setup_key  = "cd16822c1503ceb7f2dceb0a47a1c0f3"
      }
    }
    features-service = {
      deeprest = {
        definition = "e68a08bbdcab22ce93336f952125d3d2"
        name       = "deeprest-features-service-deeprest"
        setup_key  = "bb05937c3765d04901c273cad47639bc"
      }
    }
    genome-nexus = {
      deeprest = {
        definition = "2005931a4575df0044501051a79128f0"
        name       = "deeprest-genome-nexus-deeprest"
        setup_key  = "fc5a54ee2730ec66ad1149c4c0096d72"
      }
    }
    languagetool = {
      deeprest = {
        definition = "459915bc63ab98c78aac7b3a53f65708"
        name       = "deeprest-languagetool-deeprest"
        setup_key  = "9dea8eb4232026b0426822219b07c981"
      }
    }
    market = {
      deeprest = {
        definition = "3cb72844205b6ae5ec9e353daf7a067a"
        name       = "deeprest-market-deeprest"
        setup_key  = "7b009de03ff42f70d4ef72a37058c0e2"
      }
    }
    ncs = {
      deeprest = {
        definition = "5bef06d0706bbd4fe510bbd97cd5e008"
        name       = "deeprest-ncs-deeprest"
        setup_key  = "4563113d6ad3038f7b873d88e88d9c9f"
      }
    }
    person-controller = {
      deeprest = {
        definition = "4313a627b4e2a67397600195b9c70c93"
        name       = "deeprest-person-controller-deeprest"
        setup_key  = "6a77ca627c5e901144ff2c15b06981f0"
      }
    }
    project-tracking-system = {
      deeprest = {
        definition = "e0013bfc0a13f0b0f9f147672a8a4f8c"
        name       = "deeprest-project-tracking-system-deeprest"
        setup_key  = "7fd1d68583c1318571986f314e7034e1"
      }
    }
    restcountries = {
      deeprest = {
        definition = "28b1db1ccbb264397780c4b15c21385e"
        name       = "deeprest-restcountries-deeprest"
        setup_key  = "7ef5ab84e560b8cc902242f1f3da975c"
      }
    }
    scs = {
      deeprest = {
        definition = "98a505a6ce87c0f2f91f94c0da46645d"
        name       = "deeprest-scs-deeprest"
        setup_key  = "2aba13d717e09337eb052c0ab0609957"
      }
    }
    user-management = {
      deeprest = {
        definition = "2ae2ef2eefe347805f7007ec964167b1"
        name       = "deeprest-user-management-deeprest"
        setup_key  = "68e4118ec20a841f7d7c50d290153bc2"
      }
    }
  }
}
