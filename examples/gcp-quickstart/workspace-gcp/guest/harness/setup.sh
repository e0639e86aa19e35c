#!/usr/bin/env bash
# Builds what one cell needs below $GEN_TF_SETUP: tool/ and service/. Has the network; needs no root.
# It writes nothing outside $GEN_TF_SETUP, $GEN_TF_CACHE and $GEN_TF_WORK, and starts nothing that stays.
set -euo pipefail
shopt -s inherit_errexit

main() {
  # shellcheck source=setup/lib.sh
  . "$GEN_TF_HARNESS/setup/lib.sh"
  mkdir -p "$GEN_TF_SETUP/tool" "$GEN_TF_SETUP/service"
  # shellcheck source=/dev/null
  . "$GEN_TF_HARNESS/setup/tools/$GEN_TF_TOOL/setup.sh"
  # shellcheck source=/dev/null
  . "$GEN_TF_HARNESS/setup/services/$GEN_TF_SERVICE/setup.sh"
  build_tool "$GEN_TF_SETUP/tool"
  build_service "$GEN_TF_SETUP/service"
}

main "$@"
