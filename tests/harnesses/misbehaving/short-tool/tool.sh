#!/usr/bin/env bash
# Ends at once, and properly.
set -euo pipefail

printf '%s\n' "$GEN_TF_SEED" >>"$GEN_TF_WORK/requests.txt"
