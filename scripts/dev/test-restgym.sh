#!/usr/bin/env bash
# Runs the tests of the restgym harness: without words those that need no container engine, against a recorded one;
# with --engine those that start an engine of their own, and images that stand in for RESTgym's. No network.
set -euo pipefail

main() {
  cd -- "${BASH_SOURCE[0]%/*}/../.."
  local pattern='*_test.py'
  if [[ ${1:-} == --engine ]]; then
    pattern='with_engine.py'
    shift
  fi
  python3 -B -m unittest discover --start-directory tests/restgym --pattern "$pattern" "$@"
}

main "$@"
