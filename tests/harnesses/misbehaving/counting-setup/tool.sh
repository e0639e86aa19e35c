#!/usr/bin/env bash
# Writes into the setup's folder.
set -euo pipefail

printf 'one\n' >>"$GEN_TF_WORK/requests.txt"
printf 'mine\n' >"$GEN_TF_SETUP/scribble.txt"
printf 'mine\n' >>"$GEN_TF_SETUP/built.txt"
exec sleep 60
