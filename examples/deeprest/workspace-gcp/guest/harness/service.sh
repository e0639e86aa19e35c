#!/usr/bin/env bash
# Runs the API container in the foreground, as RESTgym starts it but with nothing published: the tool shares its network.
# It gives the engine both images first, so that the tool's time is not spent on a load.
set -euo pipefail

STOPPED=''

# RESTgym's stop: TERM, which a shell as first process ignores, and KILL after ten seconds. The recorder of
# requests goes on meanwhile; it commits every hundredth request, so that the last ones are lost, as in RESTgym.
on_term() {
  SIGNALLED=yes STOPPED=yes
  end_container stop -t 10 "$API_CONTAINER"
}

main() {
  # shellcheck source=restgym.sh
  . "$GEN_TF_HARNESS/restgym.sh"
  container_names
  make_folders
  load_image tool
  load_image api
  local id uptime log=$RUN_FOLDER/logs/$GEN_TF_SERVICE status=0
  image_id api
  id=$REPLY
  trap on_term TERM
  read -r uptime _ </proc/uptime
  printf '%s\n' "${uptime%.*}" >"$NOTES/api-started"
  start_container "$API_CONTAINER" "$log" --volume "$GEN_TF_HOST_BOX/work/results:/results" \
    --env "API=$GEN_TF_SERVICE" --env "TOOL=$GEN_TF_TOOL" --env "RUN=$GEN_TF_RUN" \
    --env "TIME_BUDGET=$MINUTES_UP" --env HOST=localhost \
    --memory "$GEN_TF_SETTING_API_MEMORY" --cpus "$GEN_TF_SETTING_API_CPUS" \
    --user "$GEN_TF_HOST_UID:$GEN_TF_HOST_GID" "$id"
  wait_container || status=$?
  take_down api "$API_CONTAINER" "$log" "$status"
  [[ -z $STOPPED ]] || return 0
  complain "API container not running. Aborting.
$REPLY"
  return 1
}

# make_folders: open to everybody, as RESTgym makes them, because the engine may know our user by another number.
make_folders() {
  mkdir -p "$RUN_FOLDER/logs" "$NOTES"
  chmod -R a+rwX "$GEN_TF_WORK/results"
  printf 'Time budget: %d minutes.\n' "$MINUTES_DOWN" >>"$RUN_FOLDER/time-budget.txt"
  if ((GEN_TF_DURATION % 60 != 0)); then
    printf 'The tool had %d seconds; it was told %d minutes.\n' "$GEN_TF_DURATION" "$MINUTES_UP" >>"$RUN_FOLDER/time-budget.txt"
  fi
  printf 'Run started on %s.\n' "$(LC_ALL=C date '+%a %b %e %T %Y')" >>"$RUN_FOLDER/started.txt"
}

main "$@"
