#!/usr/bin/env bash
# Stands in for docker where no engine runs: records every call, and answers from files in $FAKE_ENGINE.
# One call is one line of `calls`, its words separated by US (\x1f). It starts no container.
#   images/NAME   id, repo digests and a variable of an image, one a line
#   digest        the digest that a pull comes with; absent: the one asked for
#   environment   a variable of every image that is pulled
#   pulls         what `pull` says and how it ends, one line a call: "STATUS TEXT"; absent: it succeeds
#   run-status    how `run` ends at once; absent: it runs until stop, kill or rm
#   document      the file that `cp` copies; absent: there is no such file
#   exec-status   how `exec` ends
#   oom           what is said of a container's end at its memory limit; absent: false
#   load-is-lost  a loaded image gets another id
set -euo pipefail

readonly STATE=$FAKE_ENGINE

file_of() {
  REPLY=$STATE/images/${1//[\/:@]/_}
}

# image NAME FORMAT
image() {
  file_of "$1"
  local -a facts
  [[ -e $REPLY ]] || {
    printf 'Error: No such image: %s\n' "$1" >&2
    exit 1
  }
  mapfile -t facts <"$REPLY"
  case $2 in
    '{{.Id}}') printf '%s\n' "${facts[0]}" ;;
    '{{json .RepoDigests}}') printf '%s\n' "${facts[1]}" ;;
    *Env*) printf 'PATH=/bin\n%s\n' "${facts[2]:-}" ;;
  esac
}

pull() {
  local source=${*: -1} line='' id digest
  if [[ -s $STATE/pulls ]]; then
    read -r line <"$STATE/pulls"
    sed -i 1d "$STATE/pulls"
    if ((${line%% *} != 0)); then
      printf '%s\n' "${line#* }" >&2
      exit "${line%% *}"
    fi
  fi
  id=$(printf '%s' "$source" | sha256sum)
  id=sha256:${id%% *}
  digest=$id
  [[ $source != *@* ]] || digest=${source##*@}
  [[ ! -e $STATE/digest ]] || digest=$(<"$STATE/digest")
  know "$source" "$id" "[\"${source%%[:@]*}@$digest\"]"
  know "$id" "$id" '[]'
}

# know NAME ID DIGESTS: what `image inspect` will answer.
know() {
  file_of "$1"
  printf '%s\n' "$2" "$3" "$(cat "$STATE/environment" 2>/dev/null)" >"$REPLY"
}

# run ARGUMENT…: what it says of itself, and then it waits.
run() {
  local name='' word
  for word; do
    [[ $name != --name ]] || break
    name=$word
  done
  printf 'output of %s\n' "$word"
  printf 'errors of %s\n' "$word" >&2
  [[ ! -e $STATE/run-status ]] || exit "$(<"$STATE/run-status")"
  : >"$STATE/running-$word"
  while [[ -e $STATE/running-$word ]]; do
    sleep 0.02
  done
  exit 137
}

main() {
  local IFS=$'\x1f'
  printf '%s\n' "$*" >>"$STATE/calls"
  unset IFS
  case "$1 ${2:-}" in
    'image inspect') if [[ $3 == --format ]]; then image "$5" "$4"; else image "$3" ''; fi ;;
    'pull '*) pull "$@" ;;
    'save '*) printf 'saved %s\n' "$4" >"$3" ;;
    'load '*)
      read -r _ id <"$4"
      [[ -e $STATE/load-is-lost ]] || know "$id" "$id" '[]'
      ;;
    'run '*) run "$@" ;;
    'exec '*) exit "$(<"$STATE/exec-status")" ;;
    'container inspect')
      if [[ $3 == --format ]]; then
        if [[ -e $STATE/oom ]]; then cat "$STATE/oom"; else printf 'false\n'; fi
      else
        printf '[]\n'
      fi
      ;;
    'cp '*)
      [[ -e $STATE/document ]] || {
        printf 'Error: No such container:path: %s\n' "$2" >&2
        exit 1
      }
      cp -- "$STATE/document" "$3"
      ;;
    'stop '* | 'kill '* | 'rm '*) rm -f "$STATE/running-${*: -1}" ;;
    *)
      printf 'unknown: %s\n' "$*" >&2
      exit 64
      ;;
  esac
}

main "$@"
