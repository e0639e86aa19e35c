# shellcheck shell=bash
# Run: the tool's time on the service, exactly the budget, on the monotonic clock.
# The clock starts when the tool is started and stops with the first signal that ends it.

# run_tool: starts the tool, again with the next seed if it ends in time, until the budget is spent.
run_tool() {
  [[ -z $CAUSE ]] || return 0
  enter_phase run
  local now start deadline next
  uptime_cs
  start=$REPLY
  deadline=$((start + GEN_TF_DURATION * 100))
  next=$start
  # The budget and the tool's first start have one moment in common.
  now=$start
  # The same moment on the wall clock, by which requests are recorded; in some languages its point is a comma.
  journal tool-time "${EPOCHREALTIME/,/.}"
  while ((now < deadline)); do
    if [[ -z ${PIDS[tool]:-} ]] && ((now >= next)); then
      # At most one start a second: a tool that ends at once must not use the machine up with starts.
      next=$((now + 100))
      start_tool "$now"
    fi
    wait_run "$deadline" "$next"
    check_event
    check_tool
    [[ -z $CAUSE ]] || break
    uptime_cs
    now=$REPLY
  done
  # The first signal goes out before anything is written, because writing takes time.
  [[ -z ${PIDS[tool]:-} ]] || signal_group INT "${PIDS[tool]}"
  uptime_cs
  journal tool-end "$REPLY"
}

# start_tool CENTISECONDS
TOOL_STARTS=0
start_tool() {
  export GEN_TF_START=$TOOL_STARTS
  export GEN_TF_SEED=$((GEN_TF_STUDY_SEED + GEN_TF_RUN * 1000000 + TOOL_STARTS))
  journal tool-start "$TOOL_STARTS" "$1"
  TOOL_STARTS=$((TOOL_STARTS + 1))
  start_role tool
}

# wait_run DEADLINE NEXT: until something happens, or the budget is spent, or the tool may start again.
wait_run() {
  local until_cs=$1
  [[ -n ${PIDS[tool]:-} ]] || until_cs=$(($1 < $2 ? $1 : $2))
  uptime_cs
  next_event $((until_cs - REPLY))
}

# check_tool: its end before the budget is spent is an early end only if it failed, or may not start again.
check_tool() {
  [[ ${EVENT[0]:-} == ended && ${EVENT[1]} == tool ]] || return 0
  local status=${EVENT[3]}
  kill_strays tool
  if ((status != 0)); then
    fail tool-failed "tool.sh ended with status $status at its start number $TOOL_STARTS"
  elif [[ $GEN_TF_TOOL_RESTART != true ]]; then
    fail tool-failed "tool.sh ended before its budget of $GEN_TF_DURATION s was spent, and may not start again"
  fi
}
