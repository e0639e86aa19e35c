#!/usr/bin/env bash
# Asks the service's worker to save its coverage data under the name that is given (setup/python/gunicorn.conf.py).
set -euo pipefail

main() {
  curl --fail --silent --show-error --max-time 60 --request POST \
    --unix-socket "$GEN_TF_WORK/coverage/socket" "http://coverage/$1"
}

main "$@"
