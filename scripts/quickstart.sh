#!/usr/bin/env bash
# From nothing to a report of real results: builds gen-tf, runs examples/quickstart/study.hcl on this machine, pulls
# the results, verifies and reports them, and prints a table. Run it again at any time: what is finished is not done again.
# It writes into this clone and ${XDG_CACHE_HOME:-~/.cache}/gen-tf; as root it also installs nginx-light and iproute2
# where they are missing. It removes nothing and keeps nothing running.
set -euo pipefail
shopt -s inherit_errexit

ROOT=$(cd -- "${BASH_SOURCE[0]%/*}/.." && pwd)
readonly ROOT
readonly EXAMPLE=examples/quickstart
# The exit code of a study that is incomplete or has experiments that failed, and of a result that breaks a rule.
readonly INCOMPLETE=5
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/gen-tf
readonly CACHE

. "$ROOT/scripts/quickstart/needs.sh"

main() {
  cd -- "$ROOT"
  # nginx and ip are there for everybody, but not on everybody's PATH.
  export PATH=$PATH:/usr/sbin:/sbin
  # Terraform would otherwise ask its maker for news and remember that it did.
  export CHECKPOINT_DISABLE=1
  part "Checking what is needed" check_needs
  part "Terraform or OpenTofu" choose_terraform
  part "Building gen-tf" build
  part "Running the study ($EXAMPLE/study.hcl)" run_study
  part "Pulling the results" pull_results
  part "Verifying the results" verify_results
  part "Writing the report" write_report
  printf '\n'
  python3 scripts/quickstart/table.py "$EXAMPLE/results"
  printf 'All of it took %d s. What is what: %s/README.md\n' "$SECONDS" "$EXAMPLE"
  if ((STATUS != 0)); then
    printf 'Not every experiment has a result that can be used; see above, and: target/release/gen-tf status --failed %s/study.hcl\n' \
      "$EXAMPLE" >&2
    exit "$STATUS"
  fi
}

# part TITLE COMMAND: says what is done and how long it took. Not in a condition: `set -e` must hold in COMMAND.
part() {
  local begin=$SECONDS
  printf '\n== %s\n' "$1"
  "$2"
  printf '   done in %d s\n' "$((SECONDS - begin))"
}

choose_terraform() {
  GEN_TF_TERRAFORM=$(bash scripts/dev/find-terraform.sh)
  export GEN_TF_TERRAFORM
  printf '   %s\n' "$GEN_TF_TERRAFORM"
}

build() {
  local config user_home=${CARGO_HOME:-$HOME/.cargo} home=$CACHE/downloads/cargo
  mkdir -p "$home"
  # The user's own registries hold, but what cargo downloads goes into the cache folder.
  for config in "$user_home"/config{.toml,}; do
    [[ ! -r $config || $config -ef $home/${config##*/} ]] || ln -sfn -- "$config" "$home/${config##*/}"
  done
  CARGO_HOME=$home cargo build --release --locked --target-dir "$ROOT/target" -p gen-tf -p gen-tf-sync
}

# run_study: with an experiment that failed there are still results to show.
run_study() {
  STATUS=0
  target/release/gen-tf apply --wait --yes "$EXAMPLE/study.hcl" || STATUS=$?
  ((STATUS == 0 || STATUS == INCOMPLETE)) || exit "$STATUS"
}

pull_results() {
  target/release/gen-tf-sync "$EXAMPLE/workspace-local"
}

# verify_results: what breaks a rule is still reported, and the report says so.
verify_results() {
  local status=0
  target/release/gen-tf-sync verify "$EXAMPLE/workspace-local" || status=$?
  ((status == 0 || status == INCOMPLETE)) || exit "$status"
  ((STATUS != 0)) || STATUS=$status
}

write_report() {
  target/release/gen-tf-sync report "$EXAMPLE/workspace-local"
}

main "$@"
