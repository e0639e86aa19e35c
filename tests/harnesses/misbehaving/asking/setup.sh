#!/usr/bin/env bash
# Asks whether it may go on, and notes what it is answered.
set -euo pipefail

mkdir -p "$GEN_TF_SETUP/www"
printf 'hello\n' >"$GEN_TF_SETUP/www/index.txt"
IFS= read -r answer || answer='the end of the input'
printf 'setup: %s\n' "$answer" >"$GEN_TF_SETUP/answers.txt"
