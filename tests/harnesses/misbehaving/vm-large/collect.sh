#!/usr/bin/env bash
# Keeps results that are too large for one request.
set -euo pipefail

mv "$GEN_TF_WORK"/*.txt "$GEN_TF_RESULTS/"
head -c 12000000 /dev/urandom >"$GEN_TF_RESULTS/large.bin"
