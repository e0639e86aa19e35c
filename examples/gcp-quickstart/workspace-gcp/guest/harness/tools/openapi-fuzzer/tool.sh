#!/usr/bin/env bash
# Runs openapi-fuzzer once: tool.sh OPENAPI URL, output, findings and times into the current folder.
# It goes operation by operation, so a start has few cases and the next start comes round again. It takes no seed.
set -euo pipefail

main() {
  local status=0
  "$GEN_TF_SETUP/tool/openapi-fuzzer/bin/openapi-fuzzer" run --spec "$1" --url "$2" \
    --max-test-case-count "$GEN_TF_SETTING_OPENAPI_FUZZER_CASES" \
    --results-dir findings --stats-dir times 2>&1 | tee --ignore-interrupts output.txt || status=$?
  # 1 says that there are findings.
  ((status == 1)) || exit "$status"
}

main "$@"
