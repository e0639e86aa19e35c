#!/usr/bin/env bash
# Says each time that it has run.
set -euo pipefail

mkdir -p "$GEN_TF_SETUP/www"
printf 'hello\n' >"$GEN_TF_SETUP/www/index.txt"
printf 'built\n' >>"$GEN_TF_SETUP/built.txt"
