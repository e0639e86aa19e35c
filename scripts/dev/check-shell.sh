#!/usr/bin/env bash
# Checks every shell script that git knows: bash must parse it, and shellcheck must have nothing to say.
# It changes nothing and starts none of them.
set -euo pipefail

main() {
  cd -- "${BASH_SOURCE[0]%/*}/../.."
  local script status=0
  local -a scripts
  mapfile -d '' scripts < <(git ls-files -z --cached --others --exclude-standard -- '*.sh')
  ((${#scripts[@]} > 0)) || {
    printf 'no shell scripts found\n' >&2
    exit 1
  }
  for script in "${scripts[@]}"; do
    bash -n "$script" || status=1
  done
  # SC1091: files that are sourced by a path that only a sandbox has.
  shellcheck --external-sources --source-path=SCRIPTDIR --exclude=SC1091 -- "${scripts[@]}" || status=1
  exit "$status"
}

main "$@"
