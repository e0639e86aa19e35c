#!/usr/bin/env bash
# Runs kinto under gunicorn, everything in memory.
set -euo pipefail

main() {
  local python=$GEN_TF_SETUP/service/python
  exec "$python/venv/bin/gunicorn" --config "$python/gunicorn.conf.py" \
    --paste "$GEN_TF_HARNESS/services/kinto/kinto.ini"
}

main "$@"
