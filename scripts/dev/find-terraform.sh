#!/usr/bin/env bash
# Prints the path of the Terraform to use: $GEN_TF_TERRAFORM, terraform, tofu, or an OpenTofu that it builds.
# Only 1.11 or newer will do. Progress goes to stderr; nothing is installed.
set -euo pipefail

HERE=$(cd -- "${BASH_SOURCE[0]%/*}" && pwd)
readonly HERE
readonly OLDEST_MINOR=11

main() {
  local name path
  if [[ -n ${GEN_TF_TERRAFORM:-} ]]; then
    printf '%s\n' "$GEN_TF_TERRAFORM"
    return
  fi
  for name in terraform tofu; do
    path=$(type -P "$name") || continue
    if new_enough "$path"; then
      printf '%s\n' "$path"
      return
    fi
    printf '%s is older than 1.%d, or does not tell its version: not used\n' "$path" "$OLDEST_MINOR" >&2
  done
  exec bash "$HERE/build-tofu.sh"
}

new_enough() {
  local version
  # What it says on stderr, such as a warning about its own configuration, says nothing about its version.
  version=$(CHECKPOINT_DISABLE=1 "$1" version -json 2>/dev/null) || return 1
  [[ $version =~ \"terraform_version\":\ *\"([0-9]+)\.([0-9]+)\. ]] || return 1
  ((BASH_REMATCH[1] > 1 || (BASH_REMATCH[1] == 1 && BASH_REMATCH[2] >= OLDEST_MINOR)))
}

main "$@"
