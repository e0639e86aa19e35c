#!/usr/bin/env bash
# Runs the tests of the quickstart harness that need none of its tools and services: seconds, no network.
# The harness as a whole is tested by scripts/quickstart.sh.
set -euo pipefail

main() {
  cd -- "${BASH_SOURCE[0]%/*}/../.."
  python3 -B -m unittest discover --start-directory tests/quickstart --pattern '*_test.py' "$@"
}

main "$@"
