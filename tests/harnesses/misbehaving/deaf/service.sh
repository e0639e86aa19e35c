#!/usr/bin/env bash
# Ignores the signals by which it should end.
set -euo pipefail
trap '' INT TERM HUP QUIT

exec python3 -m http.server --bind 127.0.0.1 --directory "$GEN_TF_SETUP/www" 9001
