#!/usr/bin/env bash
# Keeps the coverage data of both moments, and their figures as coverage.json.
set -euo pipefail

main() {
  local python=$GEN_TF_SETUP/service/python
  mv -- "$GEN_TF_WORK"/coverage/{idle,final}.coverage "$GEN_TF_RESULTS/coverage/"
  "$python/venv/bin/python" "$python/coverage_report.py" report "$python/coverage.index" \
    "$GEN_TF_RESULTS/coverage/idle.coverage" "$GEN_TF_RESULTS/coverage/final.coverage" \
    "$GEN_TF_RESULTS/coverage.json"
}

main "$@"
