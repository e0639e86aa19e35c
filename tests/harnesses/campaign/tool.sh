#!/usr/bin/env bash
# Asks for the page and writes a line for each answer, or fails in the way that the tool's name says.
set -euo pipefail

ask() {
  local line
  while :; do
    curl -sf -m 1 -o /dev/null "http://127.0.0.1:9001/$GEN_TF_SERVICE.txt" || continue
    printf -v line '%s seed %s\n' "$EPOCHREALTIME" "$GEN_TF_SEED"
    printf '%s' "$line" >>"$GEN_TF_WORK/requests.txt"
    # A wait of 0.1 s that a signal ends at once.
    read -r -t 0.1 <> <(:) || continue
  done
}

printf '%s seed %s\n' "$EPOCHREALTIME" "$GEN_TF_SEED" >>"$GEN_TF_WORK/requests.txt"
case $GEN_TF_TOOL in
  steady) trap 'exit 0' INT && ask ;;
  quits) exit 3 ;;
  overstays) trap '' INT && ask ;;
  deaf) trap '' INT TERM HUP QUIT && ask ;;
  daemon)
    (GEN_TF_TOOL=deaf setsid bash "$0" </dev/null >/dev/null 2>&1 &)
    trap 'exit 0' INT && ask
    ;;
  greedy)
    exec python3 -c 'taken = []
while True:
    taken.append(bytearray(b"x" * (1 << 20)))'
    ;;
  filling) cat /dev/zero >"$GEN_TF_WORK/fill" ;;
esac
