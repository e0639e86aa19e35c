#!/usr/bin/env bash
# Hangs the first time, in the middle of its work.
set -euo pipefail

if [[ ! -e $GEN_TF_CACHE/begun ]]; then
  printf 'half\n' >"$GEN_TF_SETUP/half"
  printf 'begun\n' >"$GEN_TF_CACHE/begun"
  sleep 300
fi
mkdir -p "$GEN_TF_SETUP/www"
printf 'hello\n' >"$GEN_TF_SETUP/www/index.txt"
