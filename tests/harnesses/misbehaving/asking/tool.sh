#!/usr/bin/env bash
# Asks whether it may go on, and notes what it is answered.
set -euo pipefail

IFS= read -r answer || answer='the end of the input'
cp "$GEN_TF_SETUP/answers.txt" "$GEN_TF_WORK/answers.txt"
printf 'tool: %s\n' "$answer" >>"$GEN_TF_WORK/answers.txt"
printf 'one\n' >>"$GEN_TF_WORK/requests.txt"
exec sleep 60
