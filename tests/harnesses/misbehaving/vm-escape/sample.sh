#!/usr/bin/env bash
# Counts the daemons that are still there when the tool has been stopped.
set -euo pipefail

count=0
for file in /proc/[0-9]*/cmdline; do
  words=$(tr '\0' ' ' 2>/dev/null <"$file") || continue
  [[ $words != 'sleep 300 ' ]] || count=$((count + 1))
done
[[ $1 != final ]] || printf '%d\n' "$count" >"$GEN_TF_WORK/daemons-after-the-tool.txt"
