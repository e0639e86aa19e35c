#!/usr/bin/env bash
# Turns coverage.py's data of both moments, which are in the current folder's coverage/, into coverage.json.
set -euo pipefail

main() {
  local python=$GEN_TF_SETUP/service/python
  "$python/venv/bin/python" "$python/coverage_report.py" report "$python/coverage.index" \
    coverage/idle.coverage coverage/final.coverage coverage.json
}

main "$@"
