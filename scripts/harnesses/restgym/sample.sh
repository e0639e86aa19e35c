#!/usr/bin/env bash
# Waits for samples of coverage, which the API container takes by itself every five seconds.
# sample.sh idle: after the container's start-up time, one sample of the service that nobody has asked for anything;
# and the API document, which is in the container only.
# sample.sh final: RESTgym's five seconds for the database, and a sample that began after the tool's end.
set -euo pipefail

# The guest gives a sample 120 seconds.
readonly LIMIT=110 FINAL_LIMIT=40

main() {
  # shellcheck source=restgym.sh
  . "$GEN_TF_HARNESS/restgym.sh"
  "sample_$1"
}

sample_idle() {
  local started now pause
  take_document
  started=$(<"$NOTES/api-started")
  read -r now _ </proc/uptime
  pause=$((started + GEN_TF_SETTING_API_START_SECONDS - ${now%.*}))
  pause=$((pause > 60 ? 60 : pause))
  ((pause > 0)) && sleep "$pause"
  new_sample idle $((LIMIT - (pause > 0 ? pause : 0)))
}

# take_document: where RESTgym's images have it. Without it nothing is wrong, only operations can't be counted.
take_document() {
  container_names
  timeout 8 "$GEN_TF_ENGINE" cp "$API_CONTAINER:/api/specifications/$GEN_TF_SERVICE-openapi.json" \
    "$RUN_FOLDER/openapi.json" >/dev/null || printf 'the API document is not where RESTgym has it: operations are not counted\n'
}

sample_final() {
  # Only a tool that was interrupted has had its whole time; this is not called when the service has died.
  if [[ -e $NOTES/tool-ended ]]; then
    : >"$NOTES/measured"
  fi
  sleep 5 &
  # Samples of a whole run are counted afterwards; RESTgym itself does not wait for this one.
  new_sample final "$FINAL_LIMIT" || printf 'no sample was taken after the end of the tool: the last one before it counts\n'
  wait $!
}

# new_sample NAME SECONDS: a sample that begins from now on.
new_sample() {
  python3 "$GEN_TF_HARNESS/samples.py" next "$RUN_FOLDER/code-coverage" "$2" >"$NOTES/$1-sample"
}

main "$@"
