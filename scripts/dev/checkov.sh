#!/usr/bin/env bash
# Scans the Google Cloud modules by checkov: as the examples of their READMEs call them, and as golden workspaces do.
# It installs its pinned checkov into the cache on first use. It changes nothing in the repository.
# A finding is either fixed, or skipped beside its resource with the reason: #checkov:skip=ID:reason
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/../.."

readonly VERSION=3.3.30
# Fewer would mean that the modules were not followed.
readonly LEAST_PASSED=15

main() {
  local checkov folder workspace status=0
  checkov=$(find_checkov)
  folder=$(mktemp -d)
  # shellcheck disable=SC2064 # the folder's name is fixed now
  trap "rm -rf -- '$folder'" EXIT
  add_modules "$folder/examples"
  write_examples "$folder/examples"
  scan "$checkov" "$folder/examples" || status=1
  for workspace in tests/golden/*/workspace examples/*/workspace-gcp; do
    [[ -d $workspace/modules/gcp-experiment ]] || continue
    # Golden workspaces hold stand-ins for the modules.
    add_modules "$folder/$workspace"
    cp -- "$workspace"/*.tf "$workspace/startup.sh" "$folder/$workspace/"
    scan "$checkov" "$folder/$workspace" || status=1
  done
  return "$status"
}

add_modules() {
  mkdir -p -- "$1/modules"
  cp -R -- terraform-modules/gcp-* "$1/modules/"
}

find_checkov() {
  local venv=${XDG_CACHE_HOME:-$HOME/.cache}/gen-tf/checkov-$VERSION
  if [[ ! -e $venv/complete ]]; then
    rm -rf -- "$venv"
    python3 -m venv "$venv" >&2
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "checkov==$VERSION" >&2
    touch -- "$venv/complete"
  fi
  printf '%s\n' "$venv/bin/checkov"
}

# write_examples FOLDER: one root module that calls every module as its README shows.
write_examples() {
  local folder=$1 module
  for module in terraform-modules/gcp-*; do
    awk '/^```/ { inside = /hcl$/; next } inside' "$module/README.md" >"$folder/${module##*/}.tf"
  done
}

scan() {
  local checkov=$1 folder=$2 said
  # A service that checkov would ask for texts is not needed, and may be out of reach.
  if ! said=$("$checkov" --directory "$folder" --framework terraform --compact --quiet --skip-download 2>&1); then
    printf '%s: %s\n' "$folder" "$said" >&2
    return 1
  fi
  if ! [[ $said =~ Passed\ checks:\ ([0-9]+),\ Failed\ checks:\ 0 ]] || ((BASH_REMATCH[1] < LEAST_PASSED)); then
    printf '%s: checkov has looked at too little: %s\n' "$folder" "$said" >&2
    return 1
  fi
  printf '%s: %s\n' "$folder" "${BASH_REMATCH[0]}" >&2
}

main "$@"
