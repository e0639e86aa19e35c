#!/usr/bin/env bash
# Serves the folder on a fixed port.
set -euo pipefail

exec python3 -m http.server --bind 127.0.0.1 --directory "$GEN_TF_SETUP/www" 9001
