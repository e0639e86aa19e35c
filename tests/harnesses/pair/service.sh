#!/usr/bin/env bash
# Serves the folder; both services use one port.
set -euo pipefail

exec python3 -m http.server --bind 127.0.0.1 --directory "$GEN_TF_SETUP/www" 9001
