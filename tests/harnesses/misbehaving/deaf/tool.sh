#!/usr/bin/env bash
# Ignores every signal that can be ignored.
set -euo pipefail
trap '' INT TERM HUP QUIT

printf 'one\n' >>"$GEN_TF_WORK/requests.txt"
while :; do
  sleep 0.2
done
