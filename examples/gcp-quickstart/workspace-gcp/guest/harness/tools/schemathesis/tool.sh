#!/usr/bin/env bash
# Runs Schemathesis once: tool.sh OPENAPI URL, reports into the current folder.
# What it keeps for its own next run goes elsewhere, so that no start depends on an earlier one.
# --max-time makes it go on until it is stopped; an interrupt makes it write its reports.
set -euo pipefail

main() {
  local reports=$PWD scratch=$GEN_TF_WORK/scratch/$GEN_TF_START status=0
  mkdir -p "$scratch"
  cd -- "$scratch"
  "$GEN_TF_SETUP/tool/venv/bin/schemathesis" run "$1" --url "$2" --seed "$GEN_TF_SEED" \
    --max-time "$GEN_TF_DURATION" --workers "$GEN_TF_SETTING_SCHEMATHESIS_WORKERS" \
    --generation-database :memory: --no-color --report-json-path "$reports/report.json" \
    --report-ndjson-path "$reports/events.ndjson" --report-junit-path "$reports/junit.xml" \
    --report-wfc-path "$reports/wfc.json" || status=$?
  # 1 says that there are findings.
  ((status == 1)) || exit "$status"
}

main "$@"
