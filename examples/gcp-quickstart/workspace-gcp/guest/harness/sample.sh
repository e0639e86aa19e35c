#!/usr/bin/env bash
# Saves what the running service has covered so far: `sample.sh idle` before the tool's time, `sample.sh final` after it.
# The data are analysed later, by collect.sh, when nothing is measured any more.
set -euo pipefail

main() {
  exec bash "$GEN_TF_HARNESS/services/$GEN_TF_SERVICE/sample.sh" "$1"
}

main "$@"
