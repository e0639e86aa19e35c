#!/usr/bin/env bash
# Reads its model and tries to write it.
set -euo pipefail

model=$GEN_TF_MODELS_DIR/ex.gguf
rights=writable
printf 'changed' 2>/dev/null >>"$model" || rights=read-only
printf '%s %s\n' "$(<"$model")" "$rights" >>"$GEN_TF_WORK/requests.txt"
exec sleep 60
