#!/usr/bin/env bash
# Session: stands for gen-tf.service where no systemd runs: main.sh in a session of its own, then power off.
# usage: session.sh GUEST
set -euo pipefail

main() {
  # Whoever ends the machine may tell every process; only main.sh has something to do then.
  trap : TERM
  export HOME=/root LANG=C.UTF-8
  local status=0 pid
  bash "$1/main.sh" /gen-tf </dev/null >>/var/log/gen-tf.log 2>&1 &
  pid=$!
  wait "$pid" || status=$?
  while kill -0 "$pid" 2>/dev/null; do
    status=0
    wait "$pid" || status=$?
  done
  printf 'main.sh ended with status %d\n' "$status"
  exec bash "$1/platform/gcp/power.sh"
}

main "$@"
