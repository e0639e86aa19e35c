#!/usr/bin/env bash
# Installs what the tests need and runs them all: formatting, lints, shell checks, Rust tests.
# It is the whole of CI. It ends with one line that counts every test: "N passed, N failed, N skipped".
set -euo pipefail
cd "$(dirname "$0")/.."

# The programs that tests and checks start, each with the Debian package that has it.
readonly PROGRAMS=(
  bash:bash curl:curl ip:iproute2 perl:perl-base unshare:util-linux nginx:nginx-light
  shellcheck:shellcheck python3:python3 cc:gcc nft:nftables mmdebstrap:mmdebstrap
  systemd-nspawn:systemd-container dockerd:docker.io bwrap:bubblewrap chromium:chromium
)

say() { printf '== %s\n' "$*" >&2; }

install_programs() {
  local missing=() entry
  for entry in "${PROGRAMS[@]}"; do
    command -v "${entry%%:*}" >/dev/null || missing+=("${entry##*:}")
  done
  ((${#missing[@]})) || return 0
  if ((EUID)); then
    printf 'missing: %s\ninstall with: sudo apt-get install --no-install-recommends %s\n' \
      "${missing[*]}" "${missing[*]}" >&2
    exit 1
  fi
  say "installing ${missing[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
}

# Terraform, else OpenTofu, else an OpenTofu of our own.
find_terraform() {
  local program
  program=$(scripts/dev/find-terraform.sh)
  export GEN_TF_TERRAFORM=$program
  say "terraform: $program"
}

# A check counts as one test: its name, then the command. What it prints is looked through for skips.
check() {
  local name=$1
  shift
  say "$name"
  if "$@" 2>&1 | tee -a "$log"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    failures+=("$name")
  fi
}

terraform_fmt() { "$GEN_TF_TERRAFORM" fmt -check -recursive "$@"; }

rust_tests() {
  local log=$1 status=0
  # More threads than cores: most of the time a test waits, for a study or a machine.
  cargo test --workspace --locked --no-fail-fast -- --nocapture --test-threads 4 2>&1 | tee -a "$log" || status=$?
  return "$status"
}

# Adds up what the runners printed: cargo's summary lines, and one line a skipped test.
count() {
  local log=$1 line
  while read -r line; do
    [[ $line =~ ([0-9]+)\ passed\;\ ([0-9]+)\ failed ]]
    passed=$((passed + BASH_REMATCH[1]))
    failed=$((failed + BASH_REMATCH[2]))
  done < <(grep -E '^test result: ' "$log")
  skipped=$(grep -c '^SKIPPED: ' "$log" || [[ $? == 1 ]])
  passed=$((passed - skipped))
}

main() {
  local passed=0 failed=0 skipped=0 failures=() log rust_status=0
  local begin=$SECONDS
  install_programs
  find_terraform
  log=$(mktemp)
  # shellcheck disable=SC2064 # the file's name is fixed now
  trap "rm -f '$log'" EXIT

  check "cargo fmt" cargo fmt --all --check
  check "cargo clippy" cargo clippy --workspace --all-targets --locked -- --deny warnings
  check "shell scripts" scripts/dev/check-shell.sh
  check "terraform fmt" terraform_fmt terraform-modules tests/golden examples
  check "quickstart harness" scripts/dev/test-quickstart.sh
  check "llamaresttest harness" scripts/dev/test-llamaresttest.sh
  check "restgym harness" scripts/dev/test-restgym.sh
  check "restgym harness with an engine" scripts/dev/test-restgym.sh --engine
  check "checkov" scripts/dev/checkov.sh
  say "cargo test"
  rust_tests "$log" || rust_status=$?
  count "$log"
  if ((rust_status && failed == 0)); then
    failed=1
    failures+=("cargo test ended with $rust_status")
  fi

  grep '^SKIPPED: ' "$log" >&2 || [[ $? == 1 ]]
  ((failed == 0)) || printf 'failed: %s\n' "${failures[@]}" "see above" >&2
  say "took $((SECONDS - begin)) s"
  printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  ((failed == 0))
}

main "$@"
