#!/usr/bin/env bash
# Forks without end.
set -euo pipefail

printf 'one\n' >>"$GEN_TF_WORK/requests.txt"
# shellcheck disable=SC2264 # that is its purpose
bomb() {
  bomb | bomb &
}
bomb
wait
sleep 60
