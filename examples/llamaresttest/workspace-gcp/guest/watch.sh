# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# Watch: runs a step in its own place (measure.sh, or the harness's setup.sh), waits for it under a
# deadline, and says how it ended. What happens inside is not decided here.

# More than all limits together that measure.sh keeps after the run: only a guest that hangs gets there.
readonly MEASURE_RESERVE=900

# What a delivery needs when the measurement has used all its time, in seconds.
readonly UPLOAD_RESERVE=600

TERMINATED=''      # the machine is being taken away
OVERDUE=''         # the step's deadline has passed
STEP_PID=''        # process whose death ends everything of the step but its containers
EVENTS=''          # where measure.sh can be told to stop
CONTAINERS_LEFT='' # the engine did not remove all containers of the step

on_term() {
  TRAPPED=yes
  [[ -z $TERMINATED ]] || return 0
  TERMINATED=yes
  say "this machine is being taken away"
  platform_hurry
  if [[ -n $EVENTS ]]; then
    printf 'stop preempted\n' >&"$EVENTS"
  elif [[ -n $STEP_PID && -z $END_PHASE ]]; then
    platform_kill_step
  fi
}

on_deadline() {
  TRAPPED=yes
  OVERDUE=yes
  [[ -z $STEP_PID ]] || platform_kill_step
}

# watch_step SECONDS FUNCTION…: the function starts the step and sets STEP_PID. Its status is in STEP_STATUS.
watch_step() {
  local seconds=$1
  shift
  uptime_cs
  journal deadline $((REPLY + seconds * 100))
  OVERDUE=''
  STEP_STATUS=0
  "$@"
  # A signal that came before there was anything to kill.
  [[ -z $TERMINATED || -n $EVENTS || -n $END_PHASE ]] || platform_kill_step
  wait_through_signals "$STEP_PID" || STEP_STATUS=$?
  STEP_PID=''
  CONTAINERS_LEFT=''
  containers_remove || CONTAINERS_LEFT=yes
  journal deadline 0
}

# wait_through_signals PID: its status. A signal ends `wait` before the process does, and says so in TRAPPED.
wait_through_signals() {
  local status
  while :; do
    TRAPPED=''
    status=0
    wait "$1" || status=$?
    [[ -n $TRAPPED ]] || return "$status"
    # bash may lose a child that ends at the very moment of a signal, and would wait for it for ever.
    kill -0 "$1" 2>/dev/null || return 143
  done
}

# watch_measure: service, ready, run, stop and collect, all of them inside.
watch_measure() {
  enter_phase service
  mkfifo -m 600 "$GEN_TF_BOX/state/events"
  exec {EVENTS}<>"$GEN_TF_BOX/state/events"
  # The signal may have come a moment ago, when there was nobody to tell.
  [[ -z $TERMINATED ]] || printf 'stop preempted\n' >&"$EVENTS"
  platform_within_fuse $((GEN_TF_READY_TIMEOUT + GEN_TF_DURATION + MEASURE_RESERVE)) "$UPLOAD_RESERVE"
  watch_step "$REPLY" platform_start_measure
  exec {EVENTS}>&-
  EVENTS=''
  local line ended=''
  while read -r line; do
    case $line in
      phase\ *) read -r _ PHASE _ <<<"$line" ;;
      done) ended=yes ;;
      end\ *)
        read -r _ CAUSE MESSAGE <<<"$line"
        ended=yes
        break
        ;;
    esac
  done <"$GEN_TF_BOX/state/journal"
  if [[ -n $OVERDUE ]]; then
    fail deadline "the measurement went on beyond all its limits and was killed"
  elif [[ -z $ended && -z $TERMINATED ]]; then
    fail lost "the first process of the measurement was killed (status $STEP_STATUS)"
  fi
}
