#!/usr/bin/env bash
# Asks the service, before the tool and after it.
set -euo pipefail

printf '%s %s\n' "$1" "$(curl -sf http://127.0.0.1:9001/index.txt)" >>"$GEN_TF_WORK/samples.txt"
