# DO NOT EDIT: gen-tf renders this file from study "llamaresttest".
# Every cell of the study by service and tool; each has runs 1 to `runs`.

locals {
  runs = 10
}

locals {
  cells = {
    fdic = {
      arat-nlp = {
        definition = "c3f930efb4bcf5dc1a89bee1d92cae39"
        name       = "llamaresttest-fdic-arat-nlp"
        setup_key  = "6a75697aa61fccaa522a5cf520b94b45"
      }
      arat-rl = {
        definition = "238e0bfe72a51b4cc08a09554de7cf54"
        name       = "llamaresttest-fdic-arat-rl"
        setup_key  = "7cc640840a7296c7fe7de198cd1bb404"
      }
      evomaster = {
        definition = "70f4a858b0ed0a569dffe4f418dc78f7"
        name       = "llamaresttest-fdic-evomaster"
        setup_key  = "42b1f5879b8ba2592ebd3d06d1ada2fd"
      }
      llamaresttest = {
        definition = "62471eaf339902f15f30d66067f0a944"
        name       = "llamaresttest-fdic-llamaresttest"
        setup_key  = "292b9897ae33ea04a962324f9ed4b586"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ex = {
        definition = "3023848ac73450d4da263baaab08fc39"
        name       = "llamaresttest-fdic-llamaresttest-ex"
        setup_key  = "88c39f126e97347cf5961bc48f5a96fc"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ipd = {
        definition = "117395a688adef2702a6a57ddd564b97"
        name       = "llamaresttest-fdic-llamaresttest-ipd"
        setup_key  = "a39cba2470316237250df6abc083eeb8"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      resttestgen = {
        definition = "fd7e7d0384d80f8e54a4a46a39cb2eae"
        name       = "llamaresttest-fdic-resttestgen"
        setup_key  = "3b02d8da1495cd91e6420179ebcc175d"
      }
      schemathesis = {
        definition = "63ac55837abcb75b49ef97432c2c259a"
        name       = "llamaresttest-fdic-schemathesis"
        setup_key  = "34ff3d501f0a6043196e2a2df2c44967"
      }
      tcases = {
        definition = "f0f28221a1c37bfc371cd897ede18462"
        name       = "llamaresttest-fdic-tcases"
        setup_key  = "12dc322808290b3211d78c10aeedce6c"
      }
    }
    genome-nexus = {
      arat-nlp = {
        definition = "9ec3276e1e5b837cee7d74154e3c8e63"
        name       = "llamaresttest-genome-nexus-arat-nlp"
        setup_key  = "22952fbe922dd7db324e15a9d8b5700a"
      }
      arat-rl = {
        definition = "c19cf60cbc7178647cad901de19ada04"
        name       = "llamaresttest-genome-nexus-arat-rl"
        setup_key  = "efbac7d957ad5a83f1382bc1960ee9cf"
      }
      evomaster = {
        definition = "2917303ba2a1ee175d0cf84b99fbb211"
        name       = "llamaresttest-genome-nexus-evomaster"
        setup_key  = "711408fc69f9c03cac36897dc602748c"
      }
      llamaresttest = {
        definition = "d1160e4e2170b9b1641539d52507fa27"
        name       = "llamaresttest-genome-nexus-llamaresttest"
        setup_key  = "51b3e10f64cfac82f2b8ca80a225e13d"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ex = {
        definition = "03913840491746b09448170a0929e256"
        name       = "llamaresttest-genome-nexus-llamaresttest-ex"
        setup_key  = "546856efa920ddb2a314f62b8a46462f"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ipd = {
        definition = "2358ebea322153934bc5672fffff4bb0"
        name       = "llamaresttest-genome-nexus-llamaresttest-ipd"
        setup_key  = "75730ed0add7284b195e603464c76d44"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      resttestgen = {
        definition = "095fa35e59c49397221da1247b348d9c"
        name       = "llamaresttest-genome-nexus-resttestgen"
        setup_key  = "a7f9390219f14cd4ddc305ce5b39c8fa"
      }
      schemathesis = {
        definition = "5cb12e446b689030e0fc1eed7d590823"
        name       = "llamaresttest-genome-nexus-schemathesis"
        setup_key  = "271b9a27f19e0c219dbea415bab5f90e"
      }
      tcases = {
        definition = "6af5e38ed8b559e3f563dc019a546628"
        name       = "llamaresttest-genome-nexus-tcases"
        setup_key  = "eae1c844404ee5c028aba8a956ca233e"
      }
    }
    language-tool = {
      arat-nlp = {
        definition = "fbffb57b16dd65f590f69780dc4010ce"
        name       = "llamaresttest-language-tool-arat-nlp"
        setup_key  = "237443c26a4f25e3fc50bba47c65ef04"
      }
      arat-rl = {
        definition = "a7622be881675ad8a0101efbe45faa41"
        name       = "llamaresttest-language-tool-arat-rl"
        setup_key  = "d3d69231c0f58733609eb146ec66378a"
      }
      evomaster = {
        definition = "988f5ec38148f537b390b861dd947908"
        name       = "llamaresttest-language-tool-evomaster"
        setup_key  = "a5a6a07cae1641cf6fe4a2983c10fd48"
      }
      llamaresttest = {
        definition = "1abe5f352529f835a344bb4ac13aa204"
        name       = "llamaresttest-language-tool-llamaresttest"
        setup_key  = "dce95314491cb5442ee213b447208ce7"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ex = {
        definition = "edc46030f63e1b2793824f2ecc79fa2c"
        name       = "llamaresttest-language-tool-llamaresttest-ex"
        setup_key  = "bd4089e880447f25e7d52a17479cc2fd"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ipd = {
        definition = "e00ccc9093fd92e12aec00aca25fe277"
        name       = "llamaresttest-language-tool-llamaresttest-ipd"
        setup_key  = "2fa08b6a8ba9fe7126b278297a6bbd21"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      resttestgen = {
        definition = "d9835faaae9cbbc0e7f7bd5ec57e009f"
        name       = "llamaresttest-language-tool-resttestgen"
        setup_key  = "597a598845b736b719aa9fc36ca76c7f"
      }
      schemathesis = {
        definition = "86128cb8af8de8706634ff15a8624691"
        name       = "llamaresttest-language-tool-schemathesis"
        setup_key  = "271d605fe4378d8dc4989602f200d2a8"
      }
      tcases = {
        definition = "c76412d0e36017ad4d4cd68f9e314dd6"
        name       = "llamaresttest-language-tool-tcases"
        setup_key  = "23f63150165756ef5885c2749166760a"
      }
    }
    ocvn = {
      arat-nlp = {
        definition = "5745809e539efa8982cb1496995f2e1a"
        name       = "llamaresttest-ocvn-arat-nlp"
        setup_key  = "069f4b763e50a7356af419ab12de4163"
      }
      arat-rl = {
        definition = "879824376bce6f706a36e142dd060858"
        name       = "llamaresttest-ocvn-arat-rl"
        setup_key  = "d4058d85f92d71540169b9641d28f865"
      }
      evomaster = {
        definition = "15dec682a118bf4140b27d3a55830f74"
        name       = "llamaresttest-ocvn-evomaster"
        setup_key  = "b495919df63e26041c87a85b41a269e6"
      }
      llamaresttest = {
        definition = "b8953c6302c022a7283a4e681a7956ef"
        name       = "llamaresttest-ocvn-llamaresttest"
        setup_key  = "166c950dd5d49f2e9e7794e76940bee9"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ex = {
        definition = "5bb984b43ee27bc5dced0f9d8ecac199"
        name       = "llamaresttest-ocvn-llamaresttest-ex"
        setup_key  = "05b7e6e705166c9acab0849c9a8b8a25"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ipd = {
        definition = "8255395d29b706c52dd6268c77992af4"
        name       = "llamaresttest-ocvn-llamaresttest-ipd"
        setup_key  = "4c411193bda07762788795cf7887b946"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      resttestgen = {
        definition = "30b334f4ad737cdc3f2a346da6ff7b82"
        name       = "llamaresttest-ocvn-resttestgen"
        setup_key  = "cd9cf9905299b4f7b2ea0122520d1d84"
      }
      schemathesis = {
        definition = "832aacde5729cb14a973964927881ae8"
        name       = "llamaresttest-ocvn-schemathesis"
        setup_key  = "340f16b55140d959e2abe99a02e9d51f"
      }
      tcases = {
        definition = "202e512d0b066e87efae592609c59bf3"
        name       = "llamaresttest-ocvn-tcases"
        setup_key  = "6ed12645b2a280cc605485f9677d56cc"
      }
    }
    ohsome = {
      arat-nlp = {
        definition = "b4678a7976b15bdd1f6634cc1bd2a7a9"
        name       = "llamaresttest-ohsome-arat-nlp"
        setup_key  = "68d70a7d65d5345e101d351a89dd585d"
      }
      arat-rl = {
        definition = "19208b8a9d251d92dc59e04482cab993"
        name       = "llamaresttest-ohsome-arat-rl"
        setup_key  = "3fbbd38926b4bc86ea770ae9af45eece"
      }
      evomaster = {
        definition = "f5c789fa538f1f839c1493f1c0afa6e5"
        name       = "llamaresttest-ohsome-evomaster"
        setup_key  = "28ab18832ebeb504f1d411790295509d"
      }
      llamaresttest = {
        definition = "2c4a77bdc78d95505c23e374eafce430"
        name       = "llamaresttest-ohsome-llamaresttest"
        setup_key  = "f7623a487c013276e12cb6cdeff15c96"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ex = {
        definition = "79baa676d75f2cf524296538a7bd3dbc"
        name       = "llamaresttest-ohsome-llamaresttest-ex"
        setup_key  = "df78a63b8d0b915bad5629c373717673"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ipd = {
        definition = "88a4c54cd7e1b7088f6d6721e28304d5"
        name       = "llamaresttest-ohsome-llamaresttest-ipd"
        setup_key  = "b95723d40f2de584ec7aaeb20e1a67b2"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      resttestgen = {
        definition = "8741819ebd82b9a4b04c2b27a4b8ea13"
        name       = "llamaresttest-ohsome-resttestgen"
        setup_key  = "1d61aaf4571382f06f10c412964faee0"
      }
      schemathesis = {
        definition = "d4caead9ab793a02008521d4742d7322"
        name       = "llamaresttest-ohsome-schemathesis"
        setup_key  = "2ca7a700bdea097f3c9d23929ed7ba59"
      }
      tcases = {
        definition = "733a3f0c4f45f304a1e8fa4cc5cc7d6b"
        name       = "llamaresttest-ohsome-tcases"
        setup_key  = "9c07e23ec3ca70cd2035dcddc5fa7c2d"
      }
    }
    omdb = {
      arat-nlp = {
        definition = "d4389796f06d40f64c51e17748e40ac4"
        name       = "llamaresttest-omdb-arat-nlp"
        setup_key  = "ed0282ab4b0ce6646fd22e33ed693a85"
        secrets = [
          "omdb-api-key"
        ]
      }
      arat-rl = {
        definition = "6a4f0deecfcca058ec6bb29e0ebc9bf4"
        name       = "llamaresttest-omdb-arat-rl"
        setup_key  = "9e85d35d77e2b25a78814b23494a81ac"
        secrets = [
          "omdb-api-key"
        ]
      }
      evomaster = {
        definition = "87977d973e32f82f905aa94f7871a376"
        name       = "llamaresttest-omdb-evomaster"
        setup_key  = "faa3cb86f86402d88bfbe4e6277ec683"
        secrets = [
          "omdb-api-key"
        ]
      }
      llamaresttest = {
        definition = "01c33a22a1281e01b7a5bd8f17fa741d"
        name       = "llamaresttest-omdb-llamaresttest"
        setup_key  = "2d8089712d5bc19925f627e84844a347"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
        secrets = [
          "omdb-api-key"
        ]
      }
      llamaresttest-ex = {
        definition = "431dc3ca10a68658ce151583f4213b82"
        name       = "llamaresttest-omdb-llamaresttest-ex"
        setup_key  = "6493a3c67ac9aea2b2e989e1835e6b1e"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
        secrets = [
          "omdb-api-key"
        ]
      }
      llamaresttest-ipd = {
        definition = "b4512dba377c7fa04ce3b835e038119e"
        name       = "llamaresttest-omdb-llamaresttest-ipd"
        setup_key  = "7dd4e8d1ea602499b882327813bd2fd1"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
        secrets = [
          "omdb-api-key"
        ]
      }
      resttestgen = {
        definition = "334e6f0ccdfa4e7fe151193bfd85e378"
        name       = "llamaresttest-omdb-resttestgen"
        setup_key  = "ff4a324c794efa74a62be59eeecc4195"
        secrets = [
          "omdb-api-key"
        ]
      }
      schemathesis = {
        definition = "a99de9c96903477da2d5fa13f4a1315a"
        name       = "llamaresttest-omdb-schemathesis"
        setup_key  = "84c2dfdbad92cf2f5697fd0d069a7390"
        secrets = [
          "omdb-api-key"
        ]
      }
      tcases = {
        definition = "0cbf20ad7ce2fb6f6c91c6cb9aec5563"
        name       = "llamaresttest-omdb-tcases"
        setup_key  = "5603b08c90c6fd9e0caa168fdc97df54"
        secrets = [
          "omdb-api-key"
        ]
      }
    }
    rest-countries = {
      arat-nlp = {
        definition = "856c58bf7a52c47af4192c8dd5c40151"
        name       = "llamaresttest-rest-countries-arat-nlp"
        setup_key  = "d2ad70835a98644fa4d4d261121ccf69"
      }
      arat-rl = {
        definition = "99bafee814d1a9a87bfaab8cb93059d4"
        name       = "llamaresttest-rest-countries-arat-rl"
        setup_key  = "c31f0c154b91cf4b818ad9230d4b94a5"
      }
      evomaster = {
        definition = "082df00f2a00bdfa77e4e26a5b920560"
        name       = "llamaresttest-rest-countries-evomaster"
        setup_key  = "4e8fd9c3cbfab27065567d37636c4fb4"
      }
      llamaresttest = {
        definition = "6d969a5fbab073458a9a3c732b3eb979"
        name       = "llamaresttest-rest-countries-llamaresttest"
        setup_key  = "74a0a01010144ed3e17974a414d77c31"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ex = {
        definition = "8ba62f959b79e129cb4f7e3f2278a126"
        name       = "llamaresttest-rest-countries-llamaresttest-ex"
        setup_key  = "af8e170dce21f70aac07ea25c6b30021"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ipd = {
        definition = "2001fcde23d65aca931916db0f8b8287"
        name       = "llamaresttest-rest-countries-llamaresttest-ipd"
        setup_key  = "7cae8e9c859621fa8038f4cdcf5c6fb7"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      resttestgen = {
        definition = "940a404458b9cbe4808a9c3fb940e2de"
        name       = "llamaresttest-rest-countries-resttestgen"
        setup_key  = "13eab6af89fff1eed28648f82fa1818e"
      }
      schemathesis = {
        definition = "0a59801784f4f491a4f203b3086d5112"
        name       = "llamaresttest-rest-countries-schemathesis"
        setup_key  = "db471acc527c25ea3db317d9630dea01"
      }
      tcases = {
        definition = "d73f14d75604d7a97a98d909fb6c4f5c"
        name       = "llamaresttest-rest-countries-tcases"
        setup_key  = "9a4f30875c4f53ca42862e0133e8cecf"
      }
    }
    spotify = {
      arat-nlp = {
        definition = "2da84f20d120b84057d9738d976f2d8a"
        name       = "llamaresttest-spotify-arat-nlp"
        setup_key  = "b3ee941cafd558f08aa0593ec8b133f5"
        secrets = [
          "spotify-client-id",
          "spotify-client-secret",
          "spotify-refresh-token"
        ]
      }
      arat-rl = {
        definition = "9bee9320dce3ede34c390ca5db563d2f"
        name       = "llamaresttest-spotify-arat-rl"
        setup_key  = "29ceffa57153b5be41e31472b882ff7f"
        secrets = [
          "spotify-client-id",
          "spotify-client-secret",
          "spotify-refresh-token"
        ]
      }
      evomaster = {
        definition = "d3a82d059258510064f3cc113db2b6d1"
        name       = "llamaresttest-spotify-evomaster"
        setup_key  = "cdb984c2f3c59b134a72ba7619b1fd1e"
        secrets = [
          "spotify-client-id",
          "spotify-client-secret",
          "spotify-refresh-token"
        ]
      }
      llamaresttest = {
        definition = "ffa64140f368b8c7402f72b7d9954211"
        name       = "llamaresttest-spotify-llamaresttest"
        setup_key  = "f16dc28f707fc051e0893943cb016961"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
        secrets = [
          "spotify-client-id",
          "spotify-client-secret",
          "spotify-refresh-token"
        ]
      }
      llamaresttest-ex = {
        definition = "dc5d4a8f73b4a5b6dbf58b8d850e08d4"
        name       = "llamaresttest-spotify-llamaresttest-ex"
        setup_key  = "d232cb1d62407be5d102ab251da5493b"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
        secrets = [
          "spotify-client-id",
          "spotify-client-secret",
          "spotify-refresh-token"
        ]
      }
      llamaresttest-ipd = {
        definition = "0db07c73aa7f8651447e0dff72f4ac38"
        name       = "llamaresttest-spotify-llamaresttest-ipd"
        setup_key  = "ed6937b32dc975ae821238d212a33121"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
        secrets = [
          "spotify-client-id",
          "spotify-client-secret",
          "spotify-refresh-token"
        ]
      }
      resttestgen = {
        definition = "b1a50ea189a6844f66281e092f0cc0ea"
        name       = "llamaresttest-spotify-resttestgen"
        setup_key  = "853edfbf26f882b24cf43a79c0b23de6"
        secrets = [
          "spotify-client-id",
          "spotify-client-secret",
          "spotify-refresh-token"
        ]
      }
      schemathesis = {
        definition = "d88fd10f96c80ffda80e524dc867f93f"
        name       = "llamaresttest-spotify-schemathesis"
        setup_key  = "5e0ce851b5050715fe5ddeddea0c311f"
        secrets = [
          "spotify-client-id",
          "spotify-client-secret",
          "spotify-refresh-token"
        ]
      }
      tcases = {
        definition = "402fc0e27e5f27908cde5ef79f28af59"
        name       = "llamaresttest-spotify-tcases"
        setup_key  = "f24857359b7a8ecfcee7ca555bdbe76f"
        secrets = [
          "spotify-client-id",
          "spotify-client-secret",
          "spotify-refresh-token"
        ]
      }
    }
    youtube = {
      arat-nlp = {
        definition = "aaf86fa48cbc4c7edcfd432f34174786"
        name       = "llamaresttest-youtube-arat-nlp"
        setup_key  = "98ab3baec55577c23d55a4c2a807ca8e"
      }
      arat-rl = {
        definition = "99a87849938fab5c940d2e7c585252c6"
        name       = "llamaresttest-youtube-arat-rl"
        setup_key  = "09cf095f3276390d9f4d85099f449146"
      }
      evomaster = {
        definition = "aaab9f9a550303b9544198ff56596c8e"
        name       = "llamaresttest-youtube-evomaster"
        setup_key  = "6316a913579445fd71dcb03d09a529d3"
      }
      llamaresttest = {
        definition = "ab7c0c35752dd9c8fba2a2cd68a1a859"
        name       = "llamaresttest-youtube-llamaresttest"
        setup_key  = "ef25f3bbfcfa7de2b617bc935a701161"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ex = {
        definition = "ded4cce6269087e9ca5c6ce81e5a8845"
        name       = "llamaresttest-youtube-llamaresttest-ex"
        setup_key  = "ca63fbefccbfcf245b137b048f2f6a40"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ipd = {
        definition = "d34f7c63063f09a7081cdb9844f9b3d5"
        name       = "llamaresttest-youtube-llamaresttest-ipd"
        setup_key  = "7c4ceaade1ec6cb08ae289658f65aecc"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      resttestgen = {
        definition = "1c013009dd9ac925ade2c803c34f6174"
        name       = "llamaresttest-youtube-resttestgen"
        setup_key  = "f3f40e57261d2125bafdaa1f920c6dad"
      }
      schemathesis = {
        definition = "0632a0eb79f5ab522b21c967f61a9158"
        name       = "llamaresttest-youtube-schemathesis"
        setup_key  = "0267547f9aeeae3d54c2bbe4cfe164e8"
      }
      tcases = {
        definition = "91577a10b8a934ec7de01ec7b1bd896e"
        name       = "llamaresttest-youtube-tcases"
        setup_key  = "9309421cc47e79e5fcd461ee7f2b3afa"
      }
    }
  }
}
