# shellcheck shell=bash
# Beat: tells the store at a fixed interval that this attempt lives, and carries the log there.
# It runs beside the measurement, so a beat costs one `mv`, and everything it reads it reads once.
# It judges nothing, but that a step's deadline has passed, which it tells main.sh by a signal.

# beat_start: a process that lives exactly as long as this one, because it reads from a pipe that only we hold.
beat_start() {
  exec {LIFELINE}> >(beat_loop)
  BEAT_PID=$!
}

# beat_stop: one last beat, then silence.
beat_stop() {
  [[ -n ${LIFELINE:-} ]] || return 0
  printf 'last\n' >&"$LIFELINE"
  exec {LIFELINE}>&-
  LIFELINE=''
  wait "$BEAT_PID" || say "the heartbeat ended with status $?"
}

beat_loop() {
  trap - EXIT ALRM
  # It ends with its pipe and not before, because main.sh writes to it.
  trap : HUP INT TERM
  platform_close_in_child
  local journal_fd log_fd requests_fd='' requests='null' segment=0 status
  local -a pending=()
  local phase=boot phase_cs=$BOOT_CS tool_from=0 tool_to=0 deadline=0 told=''
  exec {journal_fd}<"$GEN_TF_BOX/state/journal" {log_fd}<"$GEN_TF_BOX/log/guest.log"
  while :; do
    beat_once
    status=0
    read -r -t "$PLATFORM_BEAT_SECONDS" || status=$?
    if ((status == 0)); then
      beat_once
      return 0
    fi
    # Above 128: no word within the interval. Else the pipe has ended: main.sh is dead, and so are we.
    ((status > 128)) || return 0
  done
}

beat_once() {
  beat_read_journal
  beat_count_requests
  beat_put_status
  beat_put_log
  uptime_cs
  if ((deadline > 0 && REPLY > deadline)) && [[ -z $told ]]; then
    told=yes
    kill -ALRM $$
  fi
}

beat_read_journal() {
  local line words
  mapfile -t -u "$journal_fd" lines
  for line in "${lines[@]}"; do
    read -r -a words <<<"$line"
    case ${words[0]:-} in
      phase) phase=${words[1]} phase_cs=${words[2]} ;;
      tool-start) ((tool_from > 0)) || tool_from=${words[2]} ;;
      tool-end) tool_to=${words[1]} ;;
      deadline) deadline=${words[1]} told='' ;;
    esac
  done
}

# Counts the lines that are new in the request log; a last line without its end counts when it is whole.
beat_count_requests() {
  [[ -n ${GEN_TF_REQUEST_LOG:-} ]] || return 0
  if [[ -z $requests_fd ]]; then
    [[ -r $GEN_TF_BOX/work/$GEN_TF_REQUEST_LOG ]] || return 0
    exec {requests_fd}<"$GEN_TF_BOX/work/$GEN_TF_REQUEST_LOG"
    requests=0
  fi
  local lines
  mapfile -u "$requests_fd" lines
  ((${#lines[@]} > 0)) || return 0
  requests=$((requests + ${#lines[@]}))
  [[ ${lines[-1]} == *$'\n' ]] || requests=$((requests - 1))
}

beat_put_status() {
  local now elapsed tool_seconds=0 until_cs
  uptime_cs
  until_cs=$REPLY
  seconds_of $((until_cs - phase_cs))
  elapsed=$REPLY
  if ((tool_from > 0)); then
    ((tool_to == 0)) || until_cs=$tool_to
    seconds_of $((until_cs - tool_from))
    tool_seconds=$REPLY
  fi
  utc_now
  now=$REPLY
  printf -v REPLY '{"format":1,"experiment":"%s","attempt":%d,"phase":"%s","elapsed":%s,"tool_seconds":%s,"requests":%s,"beat":"%s"}' \
    "$GEN_TF_EXPERIMENT" "$GEN_TF_ATTEMPT" "$phase" "$elapsed" "$tool_seconds" "$requests" "$now"
  platform_put_text "status/$ATTEMPT_KEY.json" "$REPLY" || say "a heartbeat could not be written"
}

beat_put_log() {
  local lines key
  mapfile -u "$log_fd" lines
  if ((${#lines[@]} > 0)); then
    printf -v REPLY '%s' "${lines[@]}"
    pending+=("$REPLY")
  fi
  # A segment that could not be written goes with the next beat, as it is: it may be there, and only the answer lost.
  while ((${#pending[@]} > 0)); do
    printf -v key 'logs/%s/%04d.txt' "$ATTEMPT_KEY" $((segment + 1))
    platform_put_text_once "$key" "${pending[0]}" || {
      say "log segment $key could not be written"
      return 0
    }
    pending=("${pending[@]:1}")
    segment=$((segment + 1))
  done
}
