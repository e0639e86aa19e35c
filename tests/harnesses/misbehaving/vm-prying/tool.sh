#!/usr/bin/env bash
# Tries what an experiment on a VM must not be able to do, and writes down how far it came.
set -uo pipefail

report() {
  printf '%s: %s\n' "$1" "$2" >>"$GEN_TF_WORK/requests.txt"
}

can() {
  local what=$1
  shift
  if "$@" >/dev/null 2>&1; then report "$what" yes; else report "$what" no; fi
}

report user "$(id -un)"
can 'token' curl -s -m 3 -H Metadata-Flavor:Google http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token
can 'journal' test -r "$GEN_TF_BOX/state/journal"
can 'guest is writable' touch "$GEN_TF_GUEST/main.sh"
can "the guest's log" mv "$GEN_TF_LOG/guest.log" "$GEN_TF_LOG/other.log"
can 'setup is writable' touch "$GEN_TF_SETUP/scribble.txt"
can 'results are writable' touch "$GEN_TF_RESULTS/scribble.txt"
report 'standard input' "$(readlink /proc/self/fd/0)"
exec sleep 60
