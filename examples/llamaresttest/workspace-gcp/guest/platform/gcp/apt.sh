#!/usr/bin/env bash
# Apt: installs packages once, with the package manager's own patience. Repeating it is the caller's business.
# usage: apt.sh LOCK_SECONDS PACKAGE…
set -euo pipefail

main() {
  local lock=$1
  shift
  # Nothing may ask, and nothing may restart services (needrestart, on Ubuntu).
  export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l NEEDRESTART_SUSPEND=1
  local -a options=(-q -o "DPkg::Lock::Timeout=$lock" -o Acquire::Retries=3 -o Dpkg::Use-Pty=0
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold)
  # An interrupted run of somebody else would refuse every other.
  dpkg --configure -a
  apt-get "${options[@]}" update
  apt-get "${options[@]}" install -y --no-install-recommends "$@"
}

main "$@"
