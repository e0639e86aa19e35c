#!/usr/bin/env bash
# Measures: service → ready → run → stop → collect, in the place where the experiment lives.
# On the local target it is the first process of the sandbox, so all processes end with it.
# It never touches the store; what it has to say goes into the journal, which main.sh reads.
set -euo pipefail
shopt -s inherit_errexit nullglob

export GEN_TF_BOX=/gen-tf
export GEN_TF_GUEST=$GEN_TF_BOX/guest GEN_TF_SETUP=$GEN_TF_BOX/setup GEN_TF_WORK=$GEN_TF_BOX/work
export GEN_TF_RESULTS=$GEN_TF_BOX/results GEN_TF_LOG=$GEN_TF_BOX/log
export GEN_TF_MODELS_DIR=$GEN_TF_BOX/models GEN_TF_SECRETS_DIR=$GEN_TF_BOX/secrets
export GEN_TF_HARNESS=$GEN_TF_GUEST/harness HOME=$GEN_TF_WORK/home
export GEN_TF_START=0 GEN_TF_SEED=$((GEN_TF_STUDY_SEED + GEN_TF_RUN * 1000000))

. "$GEN_TF_GUEST/clock.sh"
. "$GEN_TF_GUEST/journal.sh"
. "$GEN_TF_GUEST/environment.sh"
. "$GEN_TF_GUEST/processes.sh"
. "$GEN_TF_GUEST/groups.sh"
. "$GEN_TF_GUEST/units.sh"
. "$GEN_TF_GUEST/run.sh"
. "$GEN_TF_GUEST/collect.sh"

# The longest that sample.sh and collect.sh may take, in seconds.
readonly SAMPLE_LIMIT=120 COLLECT_LIMIT=300
# One look of the harness's ready.sh, in seconds.
readonly READY_LOOK=10
# How long the tool may write its report after the interrupt, and the service its coverage after TERM, in seconds.
readonly TOOL_GRACE=${GEN_TF_TOOL_GRACE:-10} SERVICE_GRACE=${GEN_TF_SERVICE_GRACE:-30}
# Where seconds are left only: both of these, and what collect.sh may take.
readonly HASTY_GRACE=3 HASTY_COLLECT=8

main() {
  mkdir -p "$HOME"
  cd "$GEN_TF_WORK"
  open_events
  software_facts &
  local facts=$!
  start_service
  wait_ready
  wait "$facts" || say "the versions of the software are not known (status $?)"
  sample_idle
  run_tool
  stop_all
  collect
  close_logs
  journal 'done'
}

# start_service: the recording proxy first, if the harness has one, then the service behind it.
start_service() {
  [[ ! -e $GEN_TF_HARNESS/proxy.sh ]] || start_role proxy
  start_role service
}

# wait_ready: polls the service itself, not the proxy, so that the record begins empty.
wait_ready() {
  PHASE=service
  enter_phase ready
  local deadline pause=10
  uptime_cs
  deadline=$((REPLY + GEN_TF_READY_TIMEOUT * 100))
  while [[ -z $CAUSE ]]; do
    if service_answers; then
      say "the service is ready"
      return 0
    fi
    uptime_cs
    if ((REPLY >= deadline)); then
      [[ ! -s $GEN_TF_BOX/state/ready ]] || say "ready.sh said last: $(tail -c 500 "$GEN_TF_BOX/state/ready")"
      fail service-not-ready "no good answer from $GEN_TF_READY_URL within $GEN_TF_READY_TIMEOUT s"
      return 0
    fi
    next_event "$pause"
    check_event
    # Quick at first, so that a fast service does not wait for us; later gentle on a slow one.
    ((pause >= 50)) || pause=$((pause + 2))
  done
}

# service_answers: one look; the harness's own way to look comes first.
service_answers() {
  if [[ ! -e $GEN_TF_HARNESS/ready.sh ]]; then
    curl -sf --noproxy '*' -m 5 -o /dev/null -- "$GEN_TF_READY_URL"
    return
  fi
  local status=0
  "${AS_USER[@]}" timeout -k 1 "$READY_LOOK" bash "$GEN_TF_HARNESS/ready.sh" "$GEN_TF_READY_URL" \
    </dev/null >"$GEN_TF_BOX/state/ready" 2>&1 3>&- || status=$?
  return "$status"
}

sample_idle() {
  [[ -z $CAUSE && -e $GEN_TF_HARNESS/sample.sh ]] || return 0
  run_script sample "$SAMPLE_LIMIT" idle
}

# stop_all: in this order, because coverage is read from a service that lives, and the proxy records to the end.
stop_all() {
  enter_phase stop
  local tool=$TOOL_GRACE service=$SERVICE_GRACE
  if [[ $CAUSE == preempted ]]; then
    tool=$((tool < HASTY_GRACE ? tool : HASTY_GRACE))
    service=$((service < HASTY_GRACE ? service : HASTY_GRACE))
  fi
  stop_role tool 0 $((tool * 100)) TERM 300
  if [[ -n ${PIDS[service]:-} && $CAUSE != preempted && -e $GEN_TF_HARNESS/sample.sh ]]; then
    run_script sample "$SAMPLE_LIMIT" final
  fi
  stop_role service TERM $((service * 100))
  stop_role proxy TERM 500
}

main "$@"
