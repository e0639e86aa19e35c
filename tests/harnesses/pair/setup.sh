#!/usr/bin/env bash
# Makes the folder that the service serves.
set -euo pipefail

mkdir -p "$GEN_TF_SETUP/www"
printf '%s\n' "$GEN_TF_SETTING_PAGE" >"$GEN_TF_SETUP/www/$GEN_TF_SERVICE.txt"
