#!/usr/bin/env bash
# Is never content with the service.
set -euo pipefail

printf 'the database of %s is empty\n' "$1"
exit 1
