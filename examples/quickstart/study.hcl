# A first study: two tools on two services, two runs each, 20 seconds a run, all on this machine.
# `scripts/quickstart.sh` runs it from nothing; by hand it is
#   gen-tf apply --wait examples/quickstart/study.hcl
#   gen-tf-sync examples/quickstart/workspace-local

study "quickstart" {
  # A harness knows how to set up, start, drive and stop tools and services. This one comes with gen-tf.
  harness = "quickstart"

  # Every tool runs on every service: 2 × 2 cells, 2 runs of each, 8 experiments.
  tools    = ["schemathesis", "openapi-fuzzer"]
  services = ["httpbin", "languagetool"] # "kinto" is there too
  runs     = 2

  # The tool's time on the service. Setup and start do not count. A paper would say "1h" and 10 runs or more.
  duration = "20s"

  # Decides the order of the experiments, and the seeds that tools get.
  seed = 1
}

# Each experiment runs in a sandbox of its own on this machine: no internet, its own file system and processes.
target "local" {
  max_parallel = 2      # experiments at the same time; no more than there are CPUs for
  cpus         = 1      # of each sandbox
  memory       = "3GiB" # of each sandbox
}
