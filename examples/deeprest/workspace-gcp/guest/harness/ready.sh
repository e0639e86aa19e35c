#!/usr/bin/env bash
# Asks inside the API container whether the service answers at URL and its recorder listens: ready.sh URL.
# The recorder itself is not asked, because it would record that.
set -euo pipefail

main() {
  # shellcheck source=restgym.sh
  . "$GEN_TF_HARNESS/restgym.sh"
  container_names
  exec timeout 8 "$GEN_TF_ENGINE" exec "$API_CONTAINER" sh -c "$(<"$GEN_TF_HARNESS/probe.sh")" probe "$1" 9090
}

main "$@"
