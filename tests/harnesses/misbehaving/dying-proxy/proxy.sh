#!/usr/bin/env bash
# Runs until the tool has begun, and ends then.
set -euo pipefail

until [[ -s $GEN_TF_WORK/requests.txt ]]; do
  sleep 0.02
done
