#!/usr/bin/env bash
# Logged: runs a script with its output in a bounded log. It knows nothing about what the script does.
# usage: logged.sh LOG SCRIPT [ARGUMENT…]
set -euo pipefail

main() {
  local log=$1
  shift
  bash "$@" 2>&1 | perl "${BASH_SOURCE[0]%/*}/../../cap.pl" "$log" $((64 * 1024 * 1024))
}

main "$@"
