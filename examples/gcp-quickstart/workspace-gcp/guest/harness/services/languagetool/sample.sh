#!/usr/bin/env bash
# Saves what JaCoCo's agent has recorded so far as an exec file of the name that is given.
set -euo pipefail

main() {
  perl "$GEN_TF_HARNESS/services/languagetool/dump.pl" 6300 "$GEN_TF_WORK/coverage/$1.exec"
}

main "$@"
