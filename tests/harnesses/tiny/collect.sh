#!/usr/bin/env bash
# Keeps the lines and the report.
set -euo pipefail

mv "$GEN_TF_WORK"/requests.txt "$GEN_TF_WORK"/report.txt "$GEN_TF_RESULTS/"
