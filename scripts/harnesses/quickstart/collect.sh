#!/usr/bin/env bash
# Moves what is kept into $GEN_TF_RESULTS after everything has stopped: requests, coverage, the tool's own reports.
# An experiment whose requests never reached the service fails here, because no tool's exit code tells it.
set -euo pipefail

main() {
  cd -- "$GEN_TF_RESULTS"
  mv -- "$GEN_TF_WORK/proxy/requests.jsonl" .
  perl "$GEN_TF_HARNESS/requests.pl" requests.jsonl >requests.json
  mv -- "$GEN_TF_WORK/tool" .
  mkdir -p coverage
  bash "$GEN_TF_HARNESS/services/$GEN_TF_SERVICE/collect.sh"
}

main "$@"
