#!/usr/bin/env bash
# Runs httpbin under gunicorn.
set -euo pipefail

main() {
  local python=$GEN_TF_SETUP/service/python
  exec "$python/venv/bin/gunicorn" --config "$python/gunicorn.conf.py" httpbin:app
}

main "$@"
