# LlamaRestTest's whole matrix: nine tools on nine services, ten runs each, one hour a run, one VM an experiment.
# Write your own project, buckets, models and EvoMaster's sha256 into it, then
#   gen-tf validate examples/llamaresttest/study.hcl
#   gen-tf plan examples/llamaresttest/study.hcl
#   gen-tf apply --wait --only 'youtube/*/1' examples/llamaresttest/study.hcl
#   gen-tf apply --wait examples/llamaresttest/study.hcl
#   gen-tf-sync examples/llamaresttest/workspace-gcp
#   gen-tf destroy examples/llamaresttest/study.hcl

study "llamaresttest" {
  harness = "llamaresttest"

  tools = [
    "llamaresttest", "llamaresttest-ex", "llamaresttest-ipd", "arat-rl", "arat-nlp", "evomaster", "resttestgen",
    "schemathesis", "tcases",
  ]

  # Each service's warning is a reason to leave it out; exclude and a shorter list cost nothing.
  services = [
    "fdic", "genome-nexus", "language-tool", "ocvn", "ohsome", "omdb", "rest-countries", "spotify", "youtube",
  ]

  runs     = 10
  duration = "1h"
  seed     = 1

  settings = {
    repository = "https://github.com/codingsoo/LlamaRestTest"
    commit     = "69f2e95e78a9a58cf0492613cde94f90fe57ea61"

    # No registry has EvoMaster 1.5.0: get evomaster.jar.zip from its release page, and write what sha256sum says.
    evomaster_sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
  }
}

target "gcp" {
  project      = "my-project"
  zones        = ["us-central1-b", "us-central1-c"]
  machine_type = "n1-standard-8"

  # Ubuntu 22.04 has JDK 8 and 11 under the names that the repository expects.
  image        = "projects/ubuntu-os-cloud/global/images/ubuntu-2204-jammy-v20260901"
  disk_gb      = 100
  disk_type    = "pd-ssd"
  max_parallel = 25

  # Names of buckets are unique in the world. gen-tf makes this one, and never removes it unasked.
  bucket = "my-project-llamaresttest"

  # Where Terraform's state is, so that a colleague can go on where you stopped. It has to exist.
  state_bucket = "my-project-tfstate"

  labels = { team = "testing" }
}

# The three LlamaRestTest tools open both. They are published without checksums: write those of the files that you use.
model "ex.gguf" {
  source = "gs://my-models/ex.gguf"
  sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
}

model "ipd.gguf" {
  source = "gs://my-models/ipd.gguf"
  sha256 = "0000000000000000000000000000000000000000000000000000000000000000"
}

# A paid key: an experiment sends more than a free one allows in a week.
secret "omdb-api-key" {
  env = "OMDB_API_KEY"
}

# Of an application of your own, with a refresh token of the account whose playlists the tools may change.
secret "spotify-client-id" {
  env = "SPOTIFY_CLIENT_ID"
}

secret "spotify-client-secret" {
  env = "SPOTIFY_CLIENT_SECRET"
}

secret "spotify-refresh-token" {
  env = "SPOTIFY_REFRESH_TOKEN"
}

# plan and apply refuse to go beyond this.
budget {
  vm_hours = 1100
  usd      = 450
}
