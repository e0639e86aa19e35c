#!/usr/bin/env bash
# Sandboxes of the local target: what a hypervisor is to a VM. Starts and stops the supervisor of one
# experiment, and probes what this machine can do. What happens inside is the guest's business.
# usage: sandbox.sh start | stop | probe
# Its values come by the environment (see main.tf). Both start and stop may be killed at any moment and
# repeated: whoever serves a sandbox holds the lock on .gen-tf/locks/<name>, so that a death is seen at once.
set -euo pipefail
shopt -s inherit_errexit nullglob

HERE=$(cd -- "${BASH_SOURCE[0]%/*}" && pwd)
readonly HERE
readonly START_WAIT=60 TERM_WAIT=40 KILL_WAIT=20

. "$HERE/probe.sh"
. "$HERE/place.sh"

main() {
  case ${1:-} in
    start) start ;;
    stop) stop ;;
    probe) probe ;;
    *) die "usage: sandbox.sh start | stop | probe" ;;
  esac
}

die() {
  printf 'sandbox.sh: %s\n' "$1" >&2
  exit 1
}

start() {
  check_values
  find_places
  if [[ -e $STORE/outcomes/$GEN_TF_EXPERIMENT/$GEN_TF_ATTEMPT.json ]]; then
    printf 'attempt %s of %s has an outcome already: nothing to start\n' "$GEN_TF_ATTEMPT" "$GEN_TF_EXPERIMENT"
    return
  fi
  lock_or_adopt || return 0
  check_secrets
  probe_launcher
  [[ -n $LAUNCHER ]] || die "$LAUNCHER_REMEDY"
  remove_sandbox
  make_sandbox
  start_supervisor
}

# lock_or_adopt: true with the lock; false when this attempt is served already.
lock_or_adopt() {
  local deadline=$((SECONDS + START_WAIT))
  open_lock
  until flock -n 9; do
    if supervisor_lives; then
      if [[ $(<"$SANDBOX/attempt") == "$GEN_TF_ATTEMPT" ]]; then
        printf 'attempt %s of %s is served already\n' "$GEN_TF_ATTEMPT" "$GEN_TF_EXPERIMENT"
        return 1
      fi
      end_supervisor
    fi
    ((SECONDS < deadline)) || die "sandbox $GEN_TF_MACHINE is locked, but nobody serves it (see fuser $LOCK)"
    sleep 0.1
  done
}

# start_supervisor: in a session of its own, so that neither the end of Terraform nor a Ctrl-C reaches it.
start_supervisor() {
  local pid deadline status=0
  (
    clean_environment
    exec taskset -c "$(<"$SANDBOX/cpus")" env --default-signal setsid bash "$SANDBOX/guest/main.sh" "$SANDBOX"
  ) </dev/null >"$SANDBOX/supervisor.log" 2>&1 &
  pid=$!
  exec 9>&-
  deadline=$((SECONDS + START_WAIT))
  until supervisor_lives && [[ -e $SANDBOX/serving ]]; do
    if [[ ! -e /proc/$pid ]]; then
      wait "$pid" || status=$?
      ((status != 0)) || return 0
      tail -q -n 20 "$SANDBOX/supervisor.log" "$SANDBOX/box/log/guest.log" >&2 || printf "(no more is known)\n" >&2
      die "the supervisor of $GEN_TF_MACHINE ended at once with status $status"
    fi
    ((SECONDS < deadline)) || die "the supervisor of $GEN_TF_MACHINE does not say that it serves"
    sleep 0.02
  done
  printf 'attempt %s of %s is served by process %d on CPU %s\n' \
    "$GEN_TF_ATTEMPT" "$GEN_TF_EXPERIMENT" "$pid" "$(<"$SANDBOX/cpus")"
}

# stop: until nothing is left. With nothing there, that is so already.
stop() {
  find_workspace
  [[ -e $LOCK || -e $SANDBOX ]] || return 0
  local deadline=$((SECONDS + START_WAIT + TERM_WAIT + KILL_WAIT))
  open_lock
  until flock -n 9; do
    ! supervisor_lives || end_supervisor
    ((SECONDS < deadline)) || die "sandbox $GEN_TF_MACHINE is locked, but nobody serves it (see fuser $LOCK)"
    sleep 0.1
  done
  remove_sandbox
}

# end_supervisor: TERM, so that it can deliver what it has; then KILL, which takes the sandbox with it.
end_supervisor() {
  local pid=$SUPERVISOR deadline
  kill -TERM "$pid" || return 0
  deadline=$((SECONDS + TERM_WAIT))
  while supervisor_lives && [[ $SUPERVISOR == "$pid" ]]; do
    if ((SECONDS >= deadline)); then
      printf 'sandbox %s did not end within %d s: killed\n' "$GEN_TF_MACHINE" "$TERM_WAIT" >&2
      kill -KILL "$pid" || return 0
      deadline=$((SECONDS + KILL_WAIT))
    fi
    sleep 0.05
  done
}

main "$@"
