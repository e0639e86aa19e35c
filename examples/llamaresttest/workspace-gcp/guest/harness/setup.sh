#!/usr/bin/env bash
# Builds what one cell needs below $GEN_TF_SETUP: the repository with its service and tool, and the proxy.
# Has the network; needs no root. It writes nothing outside $GEN_TF_SETUP, $GEN_TF_CACHE and $GEN_TF_WORK.
set -euo pipefail
shopt -s inherit_errexit

main() {
  local part
  for part in cell java lib repository proxy services tools; do
    # shellcheck source=/dev/null
    . "$GEN_TF_HARNESS/setup/$part.sh"
  done
  get_repository
  build_proxy
  build_service
  build_tool
  clean_repository
}

main "$@"
