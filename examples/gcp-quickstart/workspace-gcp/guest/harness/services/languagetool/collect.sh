#!/usr/bin/env bash
# Turns JaCoCo's data of both moments, which are in the current folder's coverage/, into coverage.json.
set -euo pipefail

main() {
  local coverage=$GEN_TF_SETUP/service/java/coverage
  # Options of a JVM that lives for half a second.
  java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$coverage/classes:$coverage/lib/*" \
    Coverage report "$coverage" coverage/idle.exec coverage/final.exec coverage.json
}

main "$@"
