#!/usr/bin/env bash
# Serves until the tool has begun, and dies then.
set -euo pipefail

python3 -m http.server --bind 127.0.0.1 --directory "$GEN_TF_SETUP/www" 9001 &
until [[ -s $GEN_TF_WORK/requests.txt ]]; do
  sleep 0.02
done
kill $!
exit 7
