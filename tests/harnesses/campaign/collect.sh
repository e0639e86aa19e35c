#!/usr/bin/env bash
# Keeps the lines.
set -euo pipefail

mv "$GEN_TF_WORK/requests.txt" "$GEN_TF_RESULTS/"
