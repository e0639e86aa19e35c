#!/usr/bin/env bash
# The guest: serves one attempt of one experiment, from its claim to its outcome.
# usage: main.sh FOLDER — where the platform has put what it knows about the attempt.
# The measurement itself (service … collect) is measure.sh, which the platform runs in its place.
# It decides nothing about other attempts: whether there is another one is gen-tf's business.
set -euo pipefail
shopt -s inherit_errexit

GUEST=$(cd -- "${BASH_SOURCE[0]%/*}" && pwd)
readonly GUEST
. "$GUEST/clock.sh"
. "$GUEST/journal.sh"
. "$GUEST/json.sh"
. "$GUEST/prepare.sh"
. "$GUEST/beat.sh"
. "$GUEST/environment.sh"
. "$GUEST/containers.sh"
. "$GUEST/watch.sh"
. "$GUEST/deliver.sh"
. "$GUEST/outcome.sh"

# The steps between the claim and the delivery. Each is a phase; the first that fails ends the list.
# `watch_measure` goes through the phases service, ready, run, stop and collect.
readonly STEPS=(provision setup inputs secrets watch_measure)

main() {
  boot "$1"
  claim
  beat_start
  local step
  for step in "${STEPS[@]}"; do
    "$step"
    [[ -z $TERMINATED ]] || fail preempted "the machine was taken away"
    [[ -z $CAUSE ]] || break
  done
  deliver
}

main "$@"
