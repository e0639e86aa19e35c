#!/usr/bin/env bash
# Forks without end.
set -euo pipefail

printf 'one\n' >>"$GEN_TF_WORK/requests.txt"
bomb() {
  bomb | bomb &
}
bomb
wait
sleep 60
