#!/usr/bin/env bash
# Fetches the two images of one cell and saves them below $GEN_TF_SETUP/images, so that one machine asks a registry and
# all others load the same bytes. It builds nothing, and starts no container.
set -euo pipefail
shopt -s inherit_errexit

main() {
  # shellcheck source=setup/images.sh
  . "$GEN_TF_HARNESS/setup/images.sh"
  local name api_setting tool_setting
  name=${GEN_TF_SERVICE//-/_}_api_image
  api_setting=GEN_TF_SETTING_${name^^}
  name=${GEN_TF_TOOL//-/_}_tool_image
  tool_setting=GEN_TF_SETTING_${name^^}
  mkdir -p "$GEN_TF_SETUP/images"
  fetch_image api "${!api_setting}" "$api_setting"
  check_api "$GEN_TF_SERVICE"
  fetch_image tool "${!tool_setting}" "$tool_setting"
  note_images
}

main "$@"
