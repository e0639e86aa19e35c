#!/usr/bin/env bash
# Asks for the page and writes a line for each answer; an interrupt ends it well.
set -euo pipefail
trap 'exit 0' INT

main() {
  local left=-1
  [[ $GEN_TF_TOOL != quick ]] || left=3
  while ((left != 0)); do
    curl -sf -o /dev/null "http://127.0.0.1:9001/$GEN_TF_SERVICE.txt"
    printf '%s seed %s\n' "$EPOCHREALTIME" "$GEN_TF_SEED" >>"$GEN_TF_WORK/requests.txt"
    left=$((left - 1))
    # A wait of 0.1 s that a signal ends at once.
    read -r -t 0.1 <> <(:) || continue
  done
}

main
