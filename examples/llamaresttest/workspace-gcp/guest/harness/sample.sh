#!/usr/bin/env bash
# Saves what the running service has covered so far: `sample.sh idle` before the tool's time, `sample.sh final` after it,
# and `sample.sh minute-NNN` by tool.sh meanwhile. A site has no coverage.
# The data are analysed later, by collect.sh, when nothing is measured any more.
set -euo pipefail

main() {
  # shellcheck source=setup/cell.sh
  . "$GEN_TF_HARNESS/setup/cell.sh"
  is_local || return 0
  perl "$GEN_TF_HARNESS/coverage/dump.pl" 6300 "$GEN_TF_WORK/coverage/$1.exec"
}

main "$@"
