#!/usr/bin/env bash
# Fills the disk.
set -euo pipefail

printf 'one\n' >>"$GEN_TF_WORK/requests.txt"
cat /dev/zero >"$GEN_TF_WORK/fill"
