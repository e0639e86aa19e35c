#!/usr/bin/env bash
# Asks for the file again and again, and writes a line for each answer; on an interrupt it writes a report.
# No -e: the interrupt ends curl too, and that must not end this script before its report.
set -uo pipefail

report() {
  printf 'seed %s start %s\n' "$GEN_TF_SEED" "$GEN_TF_START" >>"$GEN_TF_WORK/report.txt"
  exit 0
}
trap report INT

while :; do
  curl -sf -o /dev/null http://127.0.0.1:9001/index.txt
  printf '%s\n' "$EPOCHREALTIME" >>"$GEN_TF_WORK/requests.txt"
  read -r -t 0.05 <> <(:) || continue
done
