#!/usr/bin/env bash
# Moves RESTgym's own folder of this run into $GEN_TF_RESULTS, file by file as RESTgym names them, and adds summaries.
# It takes what there is before it looks at it, so that an experiment that failed can be understood.
# A database that is absent, damaged or empty fails here, because no tool's exit code tells it.
set -euo pipefail
shopt -s nullglob dotglob

main() {
  # shellcheck source=restgym.sh
  . "$GEN_TF_HARNESS/restgym.sh"
  local status=0
  take_files
  cd -- "$GEN_TF_RESULTS"
  if [[ -e $NOTES/measured && ! -e errors.txt ]]; then
    printf 'Run completed on %s.\n' "$(LC_ALL=C date '+%a %b %e %T %Y')" >>completed.txt
  fi
  # Each of them, also after a failure of another.
  summary containers.py "$NOTES" containers.json || status=1
  summary interactions.py results.db "$NOTES" requests.json || status=1
  summary samples.py set-aside code-coverage code-coverage-cut-off || status=1
  summary samples.py report code-coverage "$(idle_sample)" coverage.json || status=1
  summary rules.py . "$GEN_TF_SERVICE" "$GEN_TF_TOOL" check.json || status=1
  return "$status"
}

summary() {
  python3 "$GEN_TF_HARNESS/$1" "${@:2}"
}

idle_sample() {
  [[ ! -e $NOTES/idle-sample ]] || cat "$NOTES/idle-sample"
}

# take_files: moves them; or copies, where the engine has given them to another user.
take_files() {
  local -a files=("$RUN_FOLDER"/*)
  if ((${#files[@]} == 0)); then
    printf 'the API container was never started: there is nothing to take\n' >&2
    return 1
  fi
  cp -- "$GEN_TF_SETUP/images/images.json" "$GEN_TF_RESULTS/"
  if [[ -z $(find "$RUN_FOLDER" ! -uid "$(id -u)" -print -quit) ]]; then
    mv -- "${files[@]}" "$GEN_TF_RESULTS/"
    return 0
  fi
  printf 'files in the results belong to another user: they are opened by a container, and copied\n'
  open_files
  cp -r -- "${files[@]}" "$GEN_TF_RESULTS/"
}

# open_files: only a container may change what containers have left.
open_files() {
  image_id api
  engine run --rm --label "$GEN_TF_LABEL" --network none --user 0:0 --entrypoint chmod \
    --volume "$GEN_TF_HOST_BOX/work/results:/results" "$REPLY" -R a+rwX /results
}

main "$@"
