# shellcheck shell=bash
# Units: how a script of the harness runs under systemd: in a transient unit, which no process of it can leave,
# and whose result tells why it ended. groups.sh does the same where systemd does not run.
# unit-role.sh and unit-ended.sh tell us about starts and ends.

declare -A UNITS=()      # role → its unit
declare -A UNIT_STARTS=() # role → when it was started
UNIT_COUNT=0
# Only a guest that hangs gets there.
readonly UNIT_SECONDS=$((GEN_TF_READY_TIMEOUT + GEN_TF_DURATION + 900))

# watch_unit ROLE [ARGUMENT…]: runs beside us while the unit lives.
watch_unit() {
  local role=$1 name
  local -a environment=()
  exec >&"${LOG_FD[$role]}" 2>&1 </dev/null 3>&-
  close_log_fds
  export GEN_TF_ROLE=$role
  for name in $(compgen -e GEN_TF_) HOME LANG; do
    environment+=("--setenv=$name=${!name}")
  done
  # Before=gen-tf.service: at a shutdown main.sh is told first, and stops the unit itself.
  # --pipe: the output goes into the log as it does elsewhere; there is no input.
  exec systemd-run --quiet --collect --wait --pipe --service-type=exec --unit="${UNITS[$role]}" \
    --property=KillMode=control-group --property="TimeoutStopSec=$SERVICE_GRACE" --property="RuntimeMaxSec=$UNIT_SECONDS" \
    --property=OOMScoreAdjust=500 --property=TasksMax=4096 --property=Before=gen-tf.service \
    --property="WorkingDirectory=$GEN_TF_WORK" --property="ExecStopPost=/bin/bash $GEN_TF_GUEST/unit-ended.sh $role" \
    "${environment[@]}" -- /bin/bash "$GEN_TF_GUEST/unit-role.sh" "$@"
}

# name_unit ROLE: a unit's name is free again only some time after its end, so that each start has its own.
name_unit() {
  UNIT_COUNT=$((UNIT_COUNT + 1))
  UNITS[$1]=gen-tf-$1-$UNIT_COUNT.service
  uptime_cs
  UNIT_STARTS[$1]=$REPLY
}

# explain_end ROLE RESULT: what systemd knows about an end that the status does not tell.
explain_end() {
  case $2 in
    oom-kill) fail out-of-memory "$1.sh was ended because memory ran out" ;;
    timeout)
      # Processes that did not obey when the script had ended give the same result, much sooner.
      uptime_cs
      ((REPLY < UNIT_STARTS[$1] + UNIT_SECONDS * 100)) || fail deadline "$1.sh went on beyond all its limits and was killed"
      ;;
  esac
}

# kill_unit ROLE: whatever is left of it.
kill_unit() {
  local unit=${UNITS[$1]} deadline
  uptime_cs
  deadline=$((REPLY + 1000))
  while unit_lives "$unit"; do
    uptime_cs
    if ((REPLY >= deadline)); then
      say "processes of $1 are still there"
      return 0
    fi
    systemctl kill --signal=KILL "$unit" 2>/dev/null || say "$unit has ended by itself"
    next_event 5
  done
}

unit_lives() {
  case $(systemctl show --property=ActiveState --value "$1") in
    active | activating | deactivating) return 0 ;;
    *) return 1 ;;
  esac
}
