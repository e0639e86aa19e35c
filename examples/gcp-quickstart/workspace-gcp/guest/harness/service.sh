#!/usr/bin/env bash
# Runs the service of this experiment in the foreground, on 127.0.0.1:9001, with its coverage measured.
# What stands in front of it is proxy.sh's business.
set -euo pipefail

main() {
  mkdir -p "$GEN_TF_WORK/coverage"
  exec bash "$GEN_TF_HARNESS/services/$GEN_TF_SERVICE/service.sh"
}

main "$@"
