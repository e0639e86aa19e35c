# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# What the scripts of this harness share: RESTgym's folders and names, and the life of a container.
# Every container is a client of the engine in a session of its own, so that the signals which end a script
# reach the script alone; what they mean for the container is said by the script.

# RESTgym's own layout: results/<api>/<tool>/<run>/, which the API container sees as /results.
readonly RUN_FOLDER=$GEN_TF_WORK/results/$GEN_TF_SERVICE/$GEN_TF_TOOL/$GEN_TF_RUN
# Ours, beside it: when the tool ran, which samples of coverage count, what the engine says of the containers.
readonly NOTES=$GEN_TF_WORK/notes
# RESTgym counts in whole minutes. A tool may plan with TIME_BUDGET, and must not be done before its time is over;
# time-budget.txt is what check.py measures by, and must not ask for more than there was time for.
readonly MINUTES_UP=$(((GEN_TF_DURATION + 59) / 60))
readonly MINUTES_DOWN=$((GEN_TF_DURATION < 60 ? 1 : GEN_TF_DURATION / 60))

# container_names: RESTgym's names, with a mark of the attempt, because an engine may serve several at once.
container_names() {
  local sum
  sum=$(sha256sum <<<"$GEN_TF_LABEL")
  readonly API_CONTAINER=restgym--$GEN_TF_SERVICE-for-$GEN_TF_TOOL--$GEN_TF_RUN-${sum:0:12}
  readonly TOOL_CONTAINER=restgym--$GEN_TF_TOOL-for-$GEN_TF_SERVICE--$GEN_TF_RUN-${sum:0:12}
}

engine() {
  "$GEN_TF_ENGINE" "$@"
}

# image_id KIND: in REPLY, as setup.sh has noted it.
image_id() {
  REPLY=$(<"$GEN_TF_SETUP/images/$1.id")
}

# load_image KIND: gives the engine the image that setup.sh has saved, if it lacks it. Ids are hashes of the content.
load_image() {
  image_id "$1"
  local id=$REPLY
  ! engine image inspect "$id" >/dev/null 2>&1 || return 0
  printf 'loading the image of the %s: %s\n' "$1" "$id"
  engine load --quiet --input "$GEN_TF_SETUP/images/$1.tar"
  engine image inspect "$id" >/dev/null || {
    printf 'the engine knows the image by another id than the engine that saved it; the setup has to be built again with this one\n' >&2
    return 1
  }
}

CLIENT=''
SIGNALLED=''

# start_container NAME LOG ARGUMENT…: in the background; its output goes into LOG-stdout.log and LOG-stderr.log,
# and not into the engine's own log as well.
start_container() {
  local name=$1 log=$2
  shift 2
  setsid "$GEN_TF_ENGINE" run --name "$name" --label "$GEN_TF_LABEL" --log-driver none "$@" \
    >"$log-stdout.log" 2>"$log-stderr.log" </dev/null &
  CLIENT=$!
}

# wait_container: until its client has ended, whatever signals come meanwhile (a trap sets SIGNALLED); its status.
wait_container() {
  local status
  while :; do
    SIGNALLED=''
    status=0
    wait "$CLIENT" || status=$?
    [[ -n $SIGNALLED ]] || return "$status"
    # bash may lose a child that ends at the very moment of a signal, and would wait for it for ever.
    kill -0 "$CLIENT" 2>/dev/null || return 143
  done
}

# end_container COMMAND…: what ends it. The signal may have come before the engine had anything to end.
end_container() {
  engine "$@" >/dev/null && return 0
  printf 'the container has not begun yet, or has ended by itself\n'
  kill -KILL "$CLIENT" 2>/dev/null || printf 'its client has ended too\n'
}

# take_down KIND NAME LOG STATUS: notes what the engine knows of the container and removes it; how it ended, in REPLY.
take_down() {
  local kind=$1 name=$2 log=$3 status=$4 killed=''
  REPLY="it ended with status $status"
  if engine container inspect "$name" >"$NOTES/$kind.json" 2>"$NOTES/$kind.error"; then
    killed=$(engine container inspect --format '{{.State.OOMKilled}}' "$name")
    engine rm --force --volumes "$name" >/dev/null
  fi
  if [[ $killed == true ]]; then
    REPLY="it was killed at its memory limit (setting ${kind}_memory)"
  elif ((status >= 125 && status <= 127)); then
    REPLY="it could not be started: $(tail -n 3 "$log-stderr.log")"
  fi
}

# complain WHAT: says why the run is no good, also where RESTgym says it.
complain() {
  printf '%s\n\n' "$1" >>"$RUN_FOLDER/errors.txt"
  printf '%s\n' "$1" >&2
}
