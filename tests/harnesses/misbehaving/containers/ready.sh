#!/usr/bin/env bash
# Ready when the container has written its file and the service answers.
set -euo pipefail

if [[ ! -s $GEN_TF_WORK/container.txt ]]; then
  printf 'the container has written nothing yet\n'
  exit 1
fi
exec curl -sf -o /dev/null -- "$1"
