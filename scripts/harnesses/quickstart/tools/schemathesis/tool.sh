#!/usr/bin/env bash
# Runs Schemathesis once: tool.sh OPENAPI URL, reports into the current folder.
# --max-time makes it go on until it is stopped; an interrupt makes it write its reports.
set -euo pipefail

main() {
  local status=0
  "$GEN_TF_SETUP/tool/venv/bin/schemathesis" run "$1" --url "$2" --seed "$GEN_TF_SEED" \
    --max-time "$GEN_TF_DURATION" --workers "$GEN_TF_SETTING_SCHEMATHESIS_WORKERS" \
    --generation-database :memory: --no-color --report json,ndjson,junit,wfc --report-dir . || status=$?
  # 1 says that there are findings.
  ((status == 1)) || exit "$status"
}

main "$@"
