# shellcheck shell=bash
# Processes: starts the harness's scripts, each as the leader of its own process group, and stops them.
# Everything that happens arrives as one line in one pipe: `started ROLE PID`, `ended ROLE PID STATUS [RESULT]`,
# `logged ROLE` (its log is complete), `stop CAUSE` (from main.sh). So waiting is one `read` with a time limit, and no moment is missed.
# What holds a script's processes together beside its group, and ends them all, is units.sh's or groups.sh's.

readonly LOG_LIMIT=$((64 * 1024 * 1024))
declare -A PIDS=()   # role → process group, while it runs
declare -A LOG_FD=() # role → where its output goes: a filter that keeps the log bounded
EVENT=()
HELD=''
TAKEN='' # we were told ourselves that the machine is taken away

open_events() {
  exec 3<>"$GEN_TF_BOX/state/events"
  # Who ends a machine may tell all its processes at once, and then the service's end is no news.
  trap 'TAKEN=yes' TERM
}

# next_event CENTISECONDS: the next event in EVENT, or nothing there when the time is over.
next_event() {
  local line='' status=0
  EVENT=()
  (($1 > 0)) || return 0
  seconds_of "$1"
  IFS= read -r -t "$REPLY" line <&3 || status=$?
  # On a loaded machine the time can be over in the middle of a line, which is then not lost but held.
  HELD+=$line
  ((status == 0)) || return 0
  read -r -a EVENT <<<"$HELD"
  HELD=''
  [[ ${EVENT[0]} == ended ]] || return 0
  if [[ ${PIDS[${EVENT[1]}]:-} == "${EVENT[2]}" ]]; then
    unset "PIDS[${EVENT[1]}]"
    explain_end "${EVENT[1]}" "${EVENT[4]:-}"
  else
    # The end of something that we have stopped ourselves is no news.
    EVENT=(stale)
  fi
}

# check_event: what would end an attempt at any time before the tool's own end.
check_event() {
  [[ -z $TAKEN || -n $CAUSE ]] || fail preempted "the machine was taken away"
  case ${EVENT[0]:-} in
    stop) fail "${EVENT[1]}" "the machine was taken away" ;;
    ended)
      case ${EVENT[1]} in
        service | proxy) fail service-died "${EVENT[1]}.sh ended with status ${EVENT[3]} in phase $PHASE" ;;
      esac
      ;;
  esac
}

# open_log ROLE
open_log() {
  [[ -z ${LOG_FD[$1]:-} ]] || return 0
  local fd
  exec {fd}> >(
    close_log_fds
    exec perl "$GEN_TF_GUEST/cap.pl" "$GEN_TF_LOG/$1.log" "$LOG_LIMIT" "$1"
  )
  LOG_FD[$1]=$fd
}

# close_log_fds: a log is complete when nobody holds its pipe open any more.
close_log_fds() {
  local fd
  for fd in "${LOG_FD[@]}"; do
    exec {fd}>&-
  done
}

# close_logs: waits until what the scripts have written last is in their logs; not for ever, because a process
# that nobody knows may still hold one open.
close_logs() {
  local deadline
  close_log_fds
  uptime_cs
  deadline=$((REPLY + 300))
  while ((${#LOG_FD[@]} > 0 && REPLY < deadline)); do
    next_event $((deadline - REPLY))
    [[ ${EVENT[0]:-} != logged ]] || unset "LOG_FD[${EVENT[1]}]"
    uptime_cs
  done
}

# start_role ROLE [ARGUMENT…]: starts the harness's ROLE.sh and waits until its process exists.
start_role() {
  open_log "$1"
  # Who is shutting down starts no units any more.
  if [[ -d /run/systemd/system && $CAUSE != preempted ]]; then
    name_unit "$1"
    watch_unit "$@" &
  else
    unset "UNITS[$1]"
    watch_group "$@" &
  fi
  until [[ -n ${PIDS[$1]:-} ]]; do
    next_event 1000
    case ${EVENT[0]:-} in
      started) PIDS[${EVENT[1]}]=${EVENT[2]} ;;
      '')
        fail lost "no process could be started for $1.sh within 10 s"
        return 0
        ;;
      *) check_event ;;
    esac
  done
}

# stop_role ROLE SIGNAL CENTISECONDS [SIGNAL CENTISECONDS…]: to the whole group, each signal with its time
# to obey; what is left then is killed, also what has left the group.
stop_role() {
  local role=$1 group=${PIDS[$1]:-} signal
  shift
  if [[ -n $group ]]; then
    while (($# > 0)) && group_lives "$group"; do
      signal=$1
      # Signal 0 is none: whoever stopped the tool's clock has sent the first one, and a second interrupt
      # would keep a tool from writing its report.
      if [[ $signal != 0 ]]; then
        say "stopping $role: $signal"
        signal_group "$signal" "$group"
      fi
      wait_group "$group" "$2"
      shift 2
    done
    ! group_lives "$group" || signal_group KILL "$group"
  fi
  kill_strays "$role"
  unset "PIDS[$role]"
}

# A group may end between two looks at it, so that a signal finds nobody: that is what was wanted.
signal_group() {
  kill -"$1" -- "-$2" 2>/dev/null || say "process group $2 has ended by itself"
}

group_lives() {
  kill -0 -- "-$1" 2>/dev/null
}

# wait_group GROUP CENTISECONDS
wait_group() {
  local deadline
  uptime_cs
  deadline=$((REPLY + $2))
  while group_lives "$1" && ((REPLY < deadline)); do
    next_event 2
    [[ ${EVENT[0]:-} != stop ]] || check_event
    uptime_cs
  done
}

# kill_strays ROLE: whatever is left of it, whatever group it is in.
kill_strays() {
  if [[ -n ${UNITS[$1]:-} ]]; then
    kill_unit "$1"
  else
    kill_marked "$1"
  fi
}

# run_script ROLE SECONDS [ARGUMENT…]: from its start to its end, under a limit. A failure fails the attempt.
run_script() {
  local role=$1 seconds=$2 deadline status=0 before=$CAUSE
  shift 2
  local name="$role.sh${*:+ $*}"
  uptime_cs
  deadline=$((REPLY + seconds * 100))
  start_role "$role" "$@"
  while [[ -n ${PIDS[$role]:-} && $CAUSE == "$before" ]]; do
    uptime_cs
    ((REPLY < deadline)) || break
    next_event $((deadline - REPLY))
    if [[ ${EVENT[0]:-} == stop && $PHASE == collect ]]; then
      # The measurement is complete: only this must still be, and soon.
      deadline=$((REPLY + HASTY_COLLECT * 100))
    else
      check_event
    fi
    [[ -n ${PIDS[$role]:-} ]] || status=${EVENT[3]}
  done
  if [[ -n ${PIDS[$role]:-} ]]; then
    stop_role "$role" KILL 100
    fail deadline "$name took longer than $seconds s"
  elif ((status != 0)); then
    fail upload "$name ended with status $status"
  fi
  kill_strays "$role"
}
