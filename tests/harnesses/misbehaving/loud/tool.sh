#!/usr/bin/env bash
# Prints a line of a megabyte, and then without end.
set -euo pipefail

printf 'one\n' >>"$GEN_TF_WORK/requests.txt"
head -c 1048576 /dev/zero | tr '\0' x
exec yes
