#!/usr/bin/env bash
# Keeps what the scripts have written.
set -euo pipefail

mv "$GEN_TF_WORK"/*.txt "$GEN_TF_RESULTS/"
