# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# Steps: starts a part of the attempt beside main.sh, as root or as the experiment's user, and ends it with
# everything that it started. What the parts of a measurement run in is units.sh's or groups.sh's.

# start_step USER SCRIPT [ARGUMENT…]: sets STEP_PID, the leader of a session of its own.
start_step() {
  local -a as_user=()
  [[ $1 == root ]] || as_user=(setpriv --reuid "$1" --regid "$1" --init-groups --)
  shift
  (
    [[ -z ${LIFELINE:-} ]] || exec {LIFELINE}>&-
    # When memory runs out, this goes before the guest does.
    ((${#as_user[@]} == 0)) || printf '500' >"/proc/$BASHPID/oom_score_adj"
    # What a shell starts beside itself ignores interrupts, for ever; but an interrupt is how a tool's time ends.
    exec setsid env --default-signal=INT,QUIT "${as_user[@]}" bash "$@"
  ) </dev/null &
  STEP_PID=$!
}

# start_logged ROLE SCRIPT [ARGUMENT…]: as root, with a log of its own.
start_logged() {
  local role=$1
  shift
  (
    [[ -z ${LIFELINE:-} ]] || exec {LIFELINE}>&-
    exec setsid bash "$GUEST/platform/gcp/logged.sh" "$GEN_TF_BOX/log/$role.log" "$@"
  ) </dev/null &
  STEP_PID=$!
}

# platform_kill_step: the step's session leader and its group, units that it has started, and whatever else
# runs as the experiment's user.
platform_kill_step() {
  kill -KILL -- "-$STEP_PID" 2>/dev/null || say "the step had ended already"
  if [[ -d /run/systemd/system ]]; then
    systemctl kill --signal=KILL 'gen-tf-*.service' || say "units of the step could not be killed (status $?)"
  fi
  kill_user
}

# kill_user: every process of the experiment's user, also those that fork while we look.
kill_user() {
  local round
  local -a pids
  for round in {1..20}; do
    mapfile -t pids < <(find /proc -maxdepth 1 -name '[0-9]*' -user "$GEN_TF_USER" -printf '%f\n' 2>/dev/null)
    ((${#pids[@]} > 0)) || return 0
    # One that has ended meanwhile is what was wanted.
    kill -KILL "${pids[@]}" 2>/dev/null || pause 5
  done
  say "processes of $GEN_TF_USER were still there after $round rounds"
}

# platform_within_fuse SECONDS RESERVE: the seconds, or as many as are left before the VM's max_run_duration stops
# it, less the reserve for what comes later, in REPLY. gen-tf gives a VM the duration, an hour of setup and half an hour.
readonly FUSE_ALLOWANCE=$((3600 + 1800))
platform_within_fuse() {
  # The fuse has burned since the VM was started, a little longer than we know.
  local left=$((GEN_TF_DURATION + FUSE_ALLOWANCE - 120 - $2))
  uptime_cs
  left=$((left - (REPLY - BOOT_CS) / 100))
  REPLY=$(($1 < left ? $1 : left))
  ((REPLY > 0)) || REPLY=1
}

# step_verdict CAUSE WHAT SECONDS: false, and said, when the step that has just ended did not end well.
step_verdict() {
  if [[ -n $TERMINATED ]]; then
    fail preempted "the machine was taken away during $1"
  elif [[ -n $OVERDUE ]]; then
    fail deadline "$2 took longer than $3 s"
  elif ((STEP_STATUS != 0)); then
    fail "$1" "$2 ended with status $STEP_STATUS"
  else
    return 0
  fi
  return 1
}
