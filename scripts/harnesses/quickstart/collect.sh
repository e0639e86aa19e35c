#!/usr/bin/env bash
# Moves what is kept into $GEN_TF_RESULTS after everything has stopped: requests, coverage, the tool's own reports,
# and the document by whose operations requests are counted.
# It takes what there is before it looks at it, so that an experiment that failed can be understood.
# An experiment whose requests never reached the service fails here, because no tool's exit code tells it.
set -euo pipefail
shopt -s nullglob

main() {
  cd -- "$GEN_TF_RESULTS"
  mkdir -p coverage
  keep . "$GEN_TF_WORK"/proxy/requests.jsonl* "$GEN_TF_WORK"/tool*
  keep coverage "$GEN_TF_WORK"/coverage/{idle,final}.*
  cp -- "$GEN_TF_HARNESS/services/$GEN_TF_SERVICE/openapi.json" .
  perl "$GEN_TF_HARNESS/requests.pl" requests.jsonl >requests.json
  bash "$GEN_TF_HARNESS/services/$GEN_TF_SERVICE/collect.sh"
}

# keep FOLDER [PATH…]
keep() {
  local folder=$1
  shift
  (($# == 0)) || mv -- "$@" "$folder/"
}

main "$@"
