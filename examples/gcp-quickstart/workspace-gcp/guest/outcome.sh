# shellcheck shell=bash disable=SC2153 # what other parts set, this one reads
# Outcome: the last object of an attempt, put once, after everything that it names is in the store.

# outcome_json: the object, in REPLY. Phases and the tool's clock come from the journal.
outcome_json() {
  local ended now verdict=succeeded cause=null message study facts=''
  utc_now
  ended=$REPLY
  uptime_cs
  now=$REPLY
  if [[ -n $CAUSE ]]; then
    verdict=failed
    cause="\"$CAUSE\""
  fi
  json_string "$MESSAGE"
  message=$REPLY
  json_string "$GEN_TF_STUDY"
  study=$REPLY
  read_journal "$now"
  local name
  for name in "${!FACTS[@]}"; do
    json_string "$name"
    facts+=",$REPLY:"
    json_string "${FACTS[$name]}"
    facts+=$REPLY
  done
  local wall
  seconds_of $((now - BOOT_CS))
  wall=$REPLY
  REPLY="{\"format\":1,\"study\":$study,\"experiment\":\"$GEN_TF_EXPERIMENT\",\"attempt\":$GEN_TF_ATTEMPT"
  REPLY+=",\"definition\":\"$GEN_TF_DEFINITION\",\"setup_key\":\"$GEN_TF_SETUP_KEY\""
  REPLY+=",\"outcome\":\"$verdict\",\"cause\":$cause,\"message\":$message,\"phase\":\"${END_PHASE:-outcome}\""
  REPLY+=",\"written_by\":\"guest\",\"duration\":$GEN_TF_DURATION"
  REPLY+=",\"tool_seconds\":$TOOL_SECONDS,\"tool_starts\":$TOOL_STARTS"
  REPLY+=",\"timings\":{\"started\":\"$STARTED\",\"ended\":\"$ended\",\"wall_seconds\":$wall,\"phases\":{${PHASES#,}},\"tool_started\":$TOOL_TIME}"
  REPLY+=",\"results\":$UPLOADED,\"environment\":{${facts#,}}}"
}

# read_journal NOW: TOOL_SECONDS, TOOL_STARTS, TOOL_TIME, PHASES (JSON pairs) and the facts that measure.sh has told.
read_journal() {
  local kind first rest name='' since=0 tool_from=0 tool_to=0
  local -A spent=()
  TOOL_STARTS=0
  TOOL_TIME=null
  while read -r kind first rest; do
    case $kind in
      phase)
        [[ -z $name ]] || spent[$name]=$((${spent[$name]:-0} + rest - since))
        name=$first since=$rest
        ;;
      tool-time) TOOL_TIME=$first ;;
      tool-start)
        TOOL_STARTS=$((TOOL_STARTS + 1))
        ((tool_from > 0)) || tool_from=$rest
        tool_to=0
        ;;
      tool-end) tool_to=$first ;;
      fact) fact "$first" "$rest" ;;
    esac
  done <"$GEN_TF_BOX/state/journal"
  spent[$name]=$((${spent[$name]:-0} + $1 - since))
  # Killed in the middle: nobody saw the tool's end.
  ((tool_to > 0)) || tool_to=$tool_from
  seconds_of $((tool_to - tool_from))
  TOOL_SECONDS=$REPLY
  PHASES=''
  for name in "${!spent[@]}"; do
    seconds_of "${spent[$name]}"
    PHASES+=",\"$name\":$REPLY"
  done
}

# put_outcome: tells whether the place was free: 3 where it is taken, and stays as it is.
put_outcome() {
  outcome_json
  printf '%s\n' "$REPLY" >"$GEN_TF_BOX/state/outcome.json" || return 1
  patiently put_outcome_once
}

put_outcome_once() {
  platform_put_once "outcomes/$ATTEMPT_KEY.json" "$GEN_TF_BOX/state/outcome.json" && return 0
  if platform_exists "outcomes/$ATTEMPT_KEY.json"; then
    say "this attempt has an outcome already: ours is not written"
    return 3
  fi
  say "the outcome could not be put"
  return 1
}
