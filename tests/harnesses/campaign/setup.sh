#!/usr/bin/env bash
# Makes the folder that the service serves.
set -euo pipefail

mkdir -p "$GEN_TF_SETUP/www"
printf 'hello\n' >"$GEN_TF_SETUP/www/$GEN_TF_SERVICE.txt"
