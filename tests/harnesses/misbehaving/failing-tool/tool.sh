#!/usr/bin/env bash
# Fails early.
set -euo pipefail

printf 'one\n' >>"$GEN_TF_WORK/requests.txt"
exit 3
