#!/usr/bin/env bash
# Runs the tool container in the foreground, as RESTgym starts it but in the API container's network, where the
# recorder listens on port 9090.
# An interrupt is the end of the tool's time, and kills the container at once. RESTgym's stop comes to the same ten
# seconds later, because the tools' first process is a shell, which ignores TERM; but what a tool
# sends after its time must not count.
set -euo pipefail

INTERRUPTED=''

on_int() {
  # The end of the time, before anything else takes its own.
  printf '%s\n' "$EPOCHREALTIME" >"$NOTES/tool-ended"
  SIGNALLED=yes INTERRUPTED=yes
  end_container kill "$TOOL_CONTAINER"
}

main() {
  # shellcheck source=restgym.sh
  . "$GEN_TF_HARNESS/restgym.sh"
  container_names
  local log=$RUN_FOLDER/logs/$GEN_TF_TOOL status=0
  local -a privileged=()
  [[ $GEN_TF_SETTING_PRIVILEGED != true ]] || privileged=(--privileged)
  image_id tool
  trap on_int INT
  printf '%s\n' "$EPOCHREALTIME" >"$NOTES/tool-started"
  start_container "$TOOL_CONTAINER" "$log" --network "container:$API_CONTAINER" \
    --env "API=$GEN_TF_SERVICE" --env "TOOL=$GEN_TF_TOOL" --env "RUN=$GEN_TF_RUN" \
    --env "TIME_BUDGET=$MINUTES_UP" --env HOST=localhost --env PORT=9090 "${privileged[@]}" \
    --memory "$GEN_TF_SETTING_TOOL_MEMORY" --cpus "$GEN_TF_SETTING_TOOL_CPUS" "$REPLY"
  wait_container || status=$?
  take_down tool "$TOOL_CONTAINER" "$log" "$status"
  [[ -z $INTERRUPTED ]] || return 0
  complain "Tool container not running. Aborting.
$REPLY"
  ((status == 0)) || return 1
}

main "$@"
