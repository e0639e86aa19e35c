#!/usr/bin/env bash
# Runs one start of the tool in the foreground, in a folder of its own, against the proxy on 127.0.0.1:8080.
# Findings are no failure: 0 means that the tool ended properly, whatever it found.
set -euo pipefail

main() {
  local folder=$GEN_TF_WORK/tool/$GEN_TF_START
  mkdir -p "$folder"
  cd -- "$folder"
  exec bash "$GEN_TF_HARNESS/tools/$GEN_TF_TOOL/tool.sh" \
    "$GEN_TF_HARNESS/services/$GEN_TF_SERVICE/openapi.json" http://127.0.0.1:8080
}

main "$@"
