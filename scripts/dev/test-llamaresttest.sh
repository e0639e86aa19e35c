#!/usr/bin/env bash
# Runs the tests of the llamaresttest harness on a stand-in of its repository, with fakes of Maven, Java and Docker: no network.
# The real one is tried by crates/gen-tf/tests/llamaresttest.rs where a variable names a clone.
set -euo pipefail

main() {
  cd -- "${BASH_SOURCE[0]%/*}/../.."
  python3 -B -m unittest discover --start-directory tests/llamaresttest --pattern '*_test.py' "$@"
}

main "$@"
