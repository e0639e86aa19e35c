#!/usr/bin/env bash
# Leaves daemons in sessions of their own, whose parents are gone.
set -euo pipefail

for _ in 1 2 3; do
  (setsid sleep 300 </dev/null >/dev/null 2>&1 &)
done
printf 'one\n' >>"$GEN_TF_WORK/requests.txt"
exec sleep 60
