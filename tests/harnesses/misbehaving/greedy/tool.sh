#!/usr/bin/env bash
# Takes memory without end.
set -euo pipefail

printf 'one\n' >>"$GEN_TF_WORK/requests.txt"
exec python3 -c 'taken = []
while True:
    taken.append(bytearray(b"x" * (1 << 20)))'
