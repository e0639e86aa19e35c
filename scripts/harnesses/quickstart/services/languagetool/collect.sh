#!/usr/bin/env bash
# Keeps JaCoCo's data of both moments, and their figures as coverage.json.
set -euo pipefail

main() {
  local coverage=$GEN_TF_SETUP/service/java/coverage
  mv -- "$GEN_TF_WORK"/coverage/{idle,final}.exec "$GEN_TF_RESULTS/coverage/"
  # Options of a JVM that lives for half a second.
  java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$coverage/classes:$coverage/lib/*" Coverage report "$coverage" \
    "$GEN_TF_RESULTS/coverage/idle.exec" "$GEN_TF_RESULTS/coverage/final.exec" "$GEN_TF_RESULTS/coverage.json"
}

main "$@"
