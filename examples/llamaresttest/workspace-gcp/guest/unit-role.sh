#!/usr/bin/env bash
# Unit-role: the first process of a script's transient unit: tells that it has started, then becomes the
# harness's script, as the experiment's user. It decides nothing.
# usage: unit-role.sh ROLE [ARGUMENT…]
set -euo pipefail

main() {
  local role=$1
  shift
  printf '%d\n' $$ >"$GEN_TF_BOX/state/unit.$role"
  # Opened for reading too, so that nothing here waits for a reader.
  printf 'started %s %d\n' "$role" $$ 1<>"$GEN_TF_BOX/state/events"
  exec setpriv --reuid "$GEN_TF_USER" --regid "$GEN_TF_USER" --init-groups -- bash "$GEN_TF_HARNESS/$role.sh" "$@"
}

main "$@"
