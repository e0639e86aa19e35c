#!/usr/bin/env bash
# Unit-ended: what systemd runs when a script's unit has ended, whatever way: passes on what it knows.
# usage: unit-ended.sh ROLE
set -euo pipefail

main() {
  local status=${EXIT_STATUS:-1} pid
  # A signal comes by its name; shells count it from 128.
  [[ $status =~ ^[0-9]+$ ]] || status=$((128 + $(kill -l "$status")))
  read -r pid <"$GEN_TF_BOX/state/unit.$1"
  printf 'ended %s %d %d %s\n' "$1" "$pid" "$status" "${SERVICE_RESULT:-unknown}" 1<>"$GEN_TF_BOX/state/events"
}

main "$@"
