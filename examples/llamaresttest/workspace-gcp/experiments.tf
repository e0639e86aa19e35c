# DO NOT EDIT: gen-tf renders this file from study "llamaresttest".
# Every cell of the study by service and tool; each has runs 1 to `runs`.

locals {
  runs = 10
}

locals {
  cells = {
    fdic = {
      arat-nlp = {
        definition = "a42b99a297718bc25bb19f5cf226a0f7"
        name       = "llamaresttest-fdic-arat-nlp"
        setup_key  = "6a75697aa61fccaa522a5cf520b94b45"
      }
      arat-rl = {
        definition = "4fe40f02b58fc4856111bbdb5467a547"
        name       = "llamaresttest-fdic-arat-rl"
        setup_key  = "7cc640840a7296c7fe7de198cd1bb404"
      }
      evomaster = {
        definition = "90586317dfa041996b51c2aa4026e184"
        name       = "llamaresttest-fdic-evomaster"
        setup_key  = "42b1f5879b8ba2592ebd3d06d1ada2fd"
      }
      llamaresttest = {
        definition = "206b849336f46f424a3dd41994b67fe0"
        name       = "llamaresttest-fdic-llamaresttest"
        setup_key  = "292b9897ae33ea04a962324f9ed4b586"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ex = {
        definition = "3554142c0557952d7fcf950a37bb7cd3"
        name       = "llamaresttest-fdic-llamaresttest-ex"
        setup_key  = "88c39f126e97347cf5961bc48f5a96fc"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ipd = {
        definition = "43f7f7cfd10dce4e842023269b225ee2"
        name       = "llamaresttest-fdic-llamaresttest-ipd"
        setup_key  = "a39cba2470316237250df6abc083eeb8"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      resttestgen = {
        definition = "3e6c04d02f9444f6d1ee6a4da81ac333"
        name       = "llamaresttest-fdic-resttestgen"
        setup_key  = "3b02d8da1495cd91e6420179ebcc175d"
      }
      schemathesis = {
        definition = "a27aa135f5b39f3ee457d6ec1c53b849"
        name       = "llamaresttest-fdic-schemathesis"
        setup_key  = "34ff3d501f0a6043196e2a2df2c44967"
      }
      tcases = {
        definition = "0c2ed069edcaaceb19b30c2dd7f5b52d"
        name       = "llamaresttest-fdic-tcases"
        setup_key  = "12dc322808290b3211d78c10aeedce6c"
      }
    }
    genome-nexus = {
      arat-nlp = {
        definition = "3a71aa2ff7f5acaf689c395d091ea0f1"
        name       = "llamaresttest-genome-nexus-arat-nlp"
        setup_key  = "22952fbe922dd7db324e15a9d8b5700a"
      }
      arat-rl = {
        definition = "ae8b43297c6ccc35b712995fed4f6c9d"
        name       = "llamaresttest-genome-nexus-arat-rl"
        setup_key  = "efbac7d957ad5a83f1382bc1960ee9cf"
      }
      evomaster = {
        definition = "b474982a0545f72e0a16b964529dac65"
        name       = "llamaresttest-genome-nexus-evomaster"
        setup_key  = "711408fc69f9c03cac36897dc602748c"
      }
      llamaresttest = {
        definition = "0f50bf2a0e2256db23b0ef0f4be1e47f"
        name       = "llamaresttest-genome-nexus-llamaresttest"
        setup_key  = "51b3e10f64cfac82f2b8ca80a225e13d"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ex = {
        definition = "9a7740061b385f054a3452b5f1fa2540"
        name       = "llamaresttest-genome-nexus-llamaresttest-ex"
        setup_key  = "546856efa920ddb2a314f62b8a46462f"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ipd = {
        definition = "23a9a09a8b25ce8283c3a8b2747eb1c1"
        name       = "llamaresttest-genome-nexus-llamaresttest-ipd"
        setup_key  = "75730ed0add7284b195e603464c76d44"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      resttestgen = {
        definition = "892b5f3b18ebec325de2827d9b39a7f0"
        name       = "llamaresttest-genome-nexus-resttestgen"
        setup_key  = "a7f9390219f14cd4ddc305ce5b39c8fa"
      }
      schemathesis = {
        definition = "1cf9163a1502aa8d4d1fd27bbcf5e58b"
        name       = "llamaresttest-genome-nexus-schemathesis"
        setup_key  = "271b9a27f19e0c219dbea415bab5f90e"
      }
      tcases = {
        definition = "eec78f6622934af8bbb34810de037679"
        name       = "llamaresttest-genome-nexus-tcases"
        setup_key  = "eae1c844404ee5c028aba8a956ca233e"
      }
    }
    language-tool = {
      arat-nlp = {
        definition = "dc4055cacfbffd78bf5ce138514fbc43"
        name       = "llamaresttest-language-tool-arat-nlp"
        setup_key  = "237443c26a4f25e3fc50bba47c65ef04"
      }
      arat-rl = {
        definition = "9be86a34b92a8c105bc9fbe88e212d4b"
        name       = "llamaresttest-language-tool-arat-rl"
        setup_key  = "d3d69231c0f58733609eb146ec66378a"
      }
      evomaster = {
        definition = "c491927280d66e538857aa16c6fb0a99"
        name       = "llamaresttest-language-tool-evomaster"
        setup_key  = "a5a6a07cae1641cf6fe4a2983c10fd48"
      }
      llamaresttest = {
        definition = "be77b58518783ab8d0f1a940e12c89cb"
        name       = "llamaresttest-language-tool-llamaresttest"
        setup_key  = "dce95314491cb5442ee213b447208ce7"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ex = {
        definition = "03566fb1bc598b86ea5fa7b21e1df120"
        name       = "llamaresttest-language-tool-llamaresttest-ex"
        setup_key  = "bd4089e880447f25e7d52a17479cc2fd"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ipd = {
        definition = "08dec5b239480d27c9bc59b3bd0ba4f3"
        name       = "llamaresttest-language-tool-llamaresttest-ipd"
        setup_key  = "2fa08b6a8ba9fe7126b278297a6bbd21"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      resttestgen = {
        definition = "a92a02a242df6800a4f398c71324df68"
        name       = "llamaresttest-language-tool-resttestgen"
        setup_key  = "597a598845b736b719aa9fc36ca76c7f"
      }
      schemathesis = {
        definition = "cde5300a27d21415914d30d545086f1e"
        name       = "llamaresttest-language-tool-schemathesis"
        setup_key  = "271d605fe4378d8dc4989602f200d2a8"
      }
      tcases = {
        definition = "3a321af125a7196896232715a9bcd1c4"
        name       = "llamaresttest-language-tool-tcases"
        setup_key  = "23f63150165756ef5885c2749166760a"
      }
    }
    ocvn = {
      arat-nlp = {
        definition = "307fbbdb2cdd72bf3e75e42fc4536324"
        name       = "llamaresttest-ocvn-arat-nlp"
        setup_key  = "069f4b763e50a7356af419ab12de4163"
      }
      arat-rl = {
        definition = "3233c4f730ae8c363a3b5a14c25a6524"
        name       = "llamaresttest-ocvn-arat-rl"
        setup_key  = "d4058d85f92d71540169b9641d28f865"
      }
      evomaster = {
        definition = "16a091a0996e9502259ce7ad325f0431"
        name       = "llamaresttest-ocvn-evomaster"
        setup_key  = "b495919df63e26041c87a85b41a269e6"
      }
      llamaresttest = {
        definition = "7aa3318ac40ab73449c6e208d7305634"
        name       = "llamaresttest-ocvn-llamaresttest"
        setup_key  = "166c950dd5d49f2e9e7794e76940bee9"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ex = {
        definition = "c906d892e7c898520870680359c5ce27"
        name       = "llamaresttest-ocvn-llamaresttest-ex"
        setup_key  = "05b7e6e705166c9acab0849c9a8b8a25"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ipd = {
        definition = "f9e8f3a14967968317757e9f9ba2b7e3"
        name       = "llamaresttest-ocvn-llamaresttest-ipd"
        setup_key  = "4c411193bda07762788795cf7887b946"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      resttestgen = {
        definition = "280d95d18da28e1a1e1fabb388d646c3"
        name       = "llamaresttest-ocvn-resttestgen"
        setup_key  = "cd9cf9905299b4f7b2ea0122520d1d84"
      }
      schemathesis = {
        definition = "eaf83c1bfc025f0665f959f0362a58e5"
        name       = "llamaresttest-ocvn-schemathesis"
        setup_key  = "340f16b55140d959e2abe99a02e9d51f"
      }
      tcases = {
        definition = "6969fe08c2cfe11518bdf4b774af472b"
        name       = "llamaresttest-ocvn-tcases"
        setup_key  = "6ed12645b2a280cc605485f9677d56cc"
      }
    }
    ohsome = {
      arat-nlp = {
        definition = "f331064887c8dab83252f57773a333a9"
        name       = "llamaresttest-ohsome-arat-nlp"
        setup_key  = "68d70a7d65d5345e101d351a89dd585d"
      }
      arat-rl = {
        definition = "e5d187540e1c35e98ed2b09e1cd43757"
        name       = "llamaresttest-ohsome-arat-rl"
        setup_key  = "3fbbd38926b4bc86ea770ae9af45eece"
      }
      evomaster = {
        definition = "4c6f8f60f24958e598c237924d139a19"
        name       = "llamaresttest-ohsome-evomaster"
        setup_key  = "28ab18832ebeb504f1d411790295509d"
      }
      llamaresttest = {
        definition = "51f10cc236f929dd8265c141620caf77"
        name       = "llamaresttest-ohsome-llamaresttest"
        setup_key  = "f7623a487c013276e12cb6cdeff15c96"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ex = {
        definition = "130f435c6a13afa734b6c73bdd753584"
        name       = "llamaresttest-ohsome-llamaresttest-ex"
        setup_key  = "df78a63b8d0b915bad5629c373717673"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ipd = {
        definition = "3c59545d8bb9c1c5135f5e13c01f60cc"
        name       = "llamaresttest-ohsome-llamaresttest-ipd"
        setup_key  = "b95723d40f2de584ec7aaeb20e1a67b2"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      resttestgen = {
        definition = "abbf163fc9651e5c61951598814a7fc0"
        name       = "llamaresttest-ohsome-resttestgen"
        setup_key  = "1d61aaf4571382f06f10c412964faee0"
      }
      schemathesis = {
        definition = "9a82cbbb64dd829c3995d887a9845d37"
        name       = "llamaresttest-ohsome-schemathesis"
        setup_key  = "2ca7a700bdea097f3c9d23929ed7ba59"
      }
      tcases = {
        definition = "77ecd4825d086ad28a31066e5616031b"
        name       = "llamaresttest-ohsome-tcases"
        setup_key  = "9c07e23ec3ca70cd2035dcddc5fa7c2d"
      }
    }
    omdb = {
      arat-nlp = {
        definition = "55c932e7117dc9af188178fbafcca035"
        name       = "llamaresttest-omdb-arat-nlp"
        setup_key  = "ed0282ab4b0ce6646fd22e33ed693a85"
        secrets = [
          "omdb-api-key"
        ]
      }
      arat-rl = {
        definition = "19e1efd9dea25601634e434e63883ab3"
        name       = "llamaresttest-omdb-arat-rl"
        setup_key  = "9e85d35d77e2b25a78814b23494a81ac"
        secrets = [
          "omdb-api-key"
        ]
      }
      evomaster = {
        definition = "699c86b91c0a48ece0a98504e855ad5d"
        name       = "llamaresttest-omdb-evomaster"
        setup_key  = "faa3cb86f86402d88bfbe4e6277ec683"
        secrets = [
          "omdb-api-key"
        ]
      }
      llamaresttest = {
        definition = "f59407a3992624d86844e13a2bb34117"
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
        definition = "c6305e009b1c5609c4baaa4f753ab5d3"
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
        definition = "59a4b2ab5f883d371b9547d4c07fcf29"
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
        definition = "3b51caf4b1e0cdc94519138ef3fe84bf"
        name       = "llamaresttest-omdb-resttestgen"
        setup_key  = "ff4a324c794efa74a62be59eeecc4195"
        secrets = [
          "omdb-api-key"
        ]
      }
      schemathesis = {
        definition = "c2a6b9a6317e80be112978bf41c0b5a9"
        name       = "llamaresttest-omdb-schemathesis"
        setup_key  = "84c2dfdbad92cf2f5697fd0d069a7390"
        secrets = [
          "omdb-api-key"
        ]
      }
      tcases = {
        definition = "63de07dfe147cec893ff98c9c6cacb29"
        name       = "llamaresttest-omdb-tcases"
        setup_key  = "5603b08c90c6fd9e0caa168fdc97df54"
        secrets = [
          "omdb-api-key"
        ]
      }
    }
    rest-countries = {
      arat-nlp = {
        definition = "8b361fdf78781127b61429dfd4618241"
        name       = "llamaresttest-rest-countries-arat-nlp"
        setup_key  = "d2ad70835a98644fa4d4d261121ccf69"
      }
      arat-rl = {
        definition = "f6493aa74e0997403c0648453a38fdf2"
        name       = "llamaresttest-rest-countries-arat-rl"
        setup_key  = "c31f0c154b91cf4b818ad9230d4b94a5"
      }
      evomaster = {
        definition = "0e844f3b1d9799814a66837fb9836734"
        name       = "llamaresttest-rest-countries-evomaster"
        setup_key  = "4e8fd9c3cbfab27065567d37636c4fb4"
      }
      llamaresttest = {
        definition = "180554b19ce8e56211d82e4576a17fd9"
        name       = "llamaresttest-rest-countries-llamaresttest"
        setup_key  = "74a0a01010144ed3e17974a414d77c31"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ex = {
        definition = "f7cfd7ed414aeb11d8bde0ce22f3eaa9"
        name       = "llamaresttest-rest-countries-llamaresttest-ex"
        setup_key  = "af8e170dce21f70aac07ea25c6b30021"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ipd = {
        definition = "27449a33fbf0233a511e7d7b2beb5fe5"
        name       = "llamaresttest-rest-countries-llamaresttest-ipd"
        setup_key  = "7cae8e9c859621fa8038f4cdcf5c6fb7"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      resttestgen = {
        definition = "aa84d8124bf87ee8b234b0cdc8f2a95f"
        name       = "llamaresttest-rest-countries-resttestgen"
        setup_key  = "13eab6af89fff1eed28648f82fa1818e"
      }
      schemathesis = {
        definition = "65bcb05fd533bc11fce7f85e1fee24c7"
        name       = "llamaresttest-rest-countries-schemathesis"
        setup_key  = "db471acc527c25ea3db317d9630dea01"
      }
      tcases = {
        definition = "e69d9e85fc4a7511e591fdc77954c792"
        name       = "llamaresttest-rest-countries-tcases"
        setup_key  = "9a4f30875c4f53ca42862e0133e8cecf"
      }
    }
    spotify = {
      arat-nlp = {
        definition = "04ac40efe8f5d930f914ea24702b2e98"
        name       = "llamaresttest-spotify-arat-nlp"
        setup_key  = "b3ee941cafd558f08aa0593ec8b133f5"
        secrets = [
          "spotify-client-id",
          "spotify-client-secret",
          "spotify-refresh-token"
        ]
      }
      arat-rl = {
        definition = "c8748cf6000faecdacb7c68603934f9d"
        name       = "llamaresttest-spotify-arat-rl"
        setup_key  = "29ceffa57153b5be41e31472b882ff7f"
        secrets = [
          "spotify-client-id",
          "spotify-client-secret",
          "spotify-refresh-token"
        ]
      }
      evomaster = {
        definition = "59e1bf04fbc8cb7c6631cb046075771c"
        name       = "llamaresttest-spotify-evomaster"
        setup_key  = "cdb984c2f3c59b134a72ba7619b1fd1e"
        secrets = [
          "spotify-client-id",
          "spotify-client-secret",
          "spotify-refresh-token"
        ]
      }
      llamaresttest = {
        definition = "5669abf66d8db1a8540470b47537aa72"
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
        definition = "b76d7583050655c3e0313c6ac95caa72"
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
        definition = "5ecda393819ce167c61fb74376a82208"
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
        definition = "32ce73f750e622aa3667df18a4ba95d7"
        name       = "llamaresttest-spotify-resttestgen"
        setup_key  = "853edfbf26f882b24cf43a79c0b23de6"
        secrets = [
          "spotify-client-id",
          "spotify-client-secret",
          "spotify-refresh-token"
        ]
      }
      schemathesis = {
        definition = "6d6458acd5fe5689491d50e4b9340b61"
        name       = "llamaresttest-spotify-schemathesis"
        setup_key  = "5e0ce851b5050715fe5ddeddea0c311f"
        secrets = [
          "spotify-client-id",
          "spotify-client-secret",
          "spotify-refresh-token"
        ]
      }
      tcases = {
        definition = "ba725062146925c2501c37d7fb1620ec"
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
        definition = "6ea488de3107fbb6453292b59cbaece7"
        name       = "llamaresttest-youtube-arat-nlp"
        setup_key  = "98ab3baec55577c23d55a4c2a807ca8e"
      }
      arat-rl = {
        definition = "d694d9108d671534e3a8d47635dfa405"
        name       = "llamaresttest-youtube-arat-rl"
        setup_key  = "09cf095f3276390d9f4d85099f449146"
      }
      evomaster = {
        definition = "1479a5cd51f3e9efb4b29371cdd63d52"
        name       = "llamaresttest-youtube-evomaster"
        setup_key  = "6316a913579445fd71dcb03d09a529d3"
      }
      llamaresttest = {
        definition = "e5260483aaa5fae138cc753a0ba809dd"
        name       = "llamaresttest-youtube-llamaresttest"
        setup_key  = "ef25f3bbfcfa7de2b617bc935a701161"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ex = {
        definition = "97e9dde5951291e7e2fc7701942b701e"
        name       = "llamaresttest-youtube-llamaresttest-ex"
        setup_key  = "ca63fbefccbfcf245b137b048f2f6a40"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      llamaresttest-ipd = {
        definition = "a3206a3055579a2cd69d1d07003b562b"
        name       = "llamaresttest-youtube-llamaresttest-ipd"
        setup_key  = "7c4ceaade1ec6cb08ae289658f65aecc"
        models = {
          "ex.gguf"  = "0000000000000000000000000000000000000000000000000000000000000000"
          "ipd.gguf" = "0000000000000000000000000000000000000000000000000000000000000000"
        }
      }
      resttestgen = {
        definition = "fe96b00ef5f90c3217b8c2eecca97c0a"
        name       = "llamaresttest-youtube-resttestgen"
        setup_key  = "f3f40e57261d2125bafdaa1f920c6dad"
      }
      schemathesis = {
        definition = "83857071a10d48199deb621f36d32db4"
        name       = "llamaresttest-youtube-schemathesis"
        setup_key  = "0267547f9aeeae3d54c2bbe4cfe164e8"
      }
      tcases = {
        definition = "12c755f6a6e65660a08046040fda1524"
        name       = "llamaresttest-youtube-tcases"
        setup_key  = "9309421cc47e79e5fcd461ee7f2b3afa"
      }
    }
  }
}
