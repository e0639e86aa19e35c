# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# Deliver: after the measurement, whatever its end: redact, list, pack, upload, verify, outcome.
# Nothing is removed before its upload is verified.

# The longest that an upload may take, in seconds.
readonly UPLOAD_SECONDS=3600

# How long a put is repeated that the store refuses, in seconds; a platform repeats what passes by itself.
readonly STORE_PATIENCE=120

UPLOADED=null
DELIVERED=''
END_PHASE='' # set as soon as there is nothing left to do but to deliver

# deliver: ends the guest. An unexpected error on the way comes here again, through on_exit, without results.
deliver() {
  trap - EXIT
  trap on_exit EXIT
  judge
  END_PHASE=outcome
  [[ -z $CAUSE ]] || END_PHASE=$PHASE
  enter_phase upload
  if platform_exists "outcomes/$ATTEMPT_KEY.json"; then
    say "this attempt has an outcome already: nothing is written"
    DELIVERED=taken
    finish
  fi
  local kept=''
  if ! watch_upload; then
    kept=yes
    if [[ -z $CAUSE ]]; then
      local cause=upload
      [[ -z $TERMINATED ]] || cause=preempted
      fail "$cause" "the results could not be uploaded; they are kept on this machine"
      END_PHASE=upload
    fi
  fi
  conclude "$kept"
}

# watch_upload: beside us, so that a machine that is taken away in the middle still puts its outcome.
watch_upload() {
  platform_has_time || return 1
  platform_within_fuse "$UPLOAD_SECONDS" 120
  watch_step "$REPLY" start_upload
  # Written last, so that it tells more than a status does.
  [[ -s $GEN_TF_BOX/state/uploaded ]] || return 1
  UPLOADED=$(<"$GEN_TF_BOX/state/uploaded")
}

start_upload() {
  # Job control gives it a process group of its own, which can be ended as a whole.
  set -m
  (
    set +m
    trap - EXIT ALRM
    trap '' TERM
    upload_results
  ) &
  STEP_PID=$!
  set +m
}

# conclude KEPT: puts the outcome and leaves. With KEPT set, the machine keeps its files.
conclude() {
  enter_phase outcome
  machine_facts
  say "outcome: ${CAUSE:-succeeded}"
  beat_stop
  local status=0
  put_outcome || status=$?
  case $status in
    0 | 3) DELIVERED=yes ;;
    *) die_kept "the outcome could not be put into the store; everything is kept on this machine" ;;
  esac
  [[ -z ${1:-} ]] || die_kept "the results are kept on this machine"
  finish
}

finish() {
  beat_stop
  trap - EXIT
  platform_finish
  exit 0
}

die_kept() {
  say "$1"
  trap - EXIT
  platform_keep
  exit 1
}

# on_exit: an error that nobody expected. The outcome alone is better than silence.
on_exit() {
  local status=$?
  trap - EXIT
  set +e
  [[ -z $DELIVERED ]] || exit "$status"
  [[ -z $STEP_PID ]] || platform_kill_step
  END_PHASE=${END_PHASE:-$PHASE}
  # A machine that is taken away ends every process, also one that we wait for (128 + SIGTERM).
  if [[ -z $TERMINATED ]] && ((status != 143)); then
    fail "$(cause_of_phase)" "the guest itself failed in phase $PHASE (status $status)"
    UPLOADED=null
  elif [[ $UPLOADED == null ]]; then
    fail preempted "the machine was taken away in phase $PHASE"
  else
    # All that the outcome names is in the store.
    conclude
  fi
  conclude yes
}

cause_of_phase() {
  case $PHASE in
    boot | claim | provision) printf 'provision\n' ;;
    setup) printf 'setup\n' ;;
    inputs) printf 'input-mismatch\n' ;;
    secrets) printf 'secret\n' ;;
    *) printf 'upload\n' ;;
  esac
}

# judge: what lies behind a failure. Memory and disk explain the rest, so they come first.
judge() {
  local full=''
  disk_was_full && full=yes
  rm -f -- "$GEN_TF_BOX/state/reserve"
  platform_oom_kills
  if ((REPLY > 0)); then
    override out-of-memory "the memory limit was hit: $REPLY process(es) killed"
  elif [[ -n $full && -n $CAUSE && $CAUSE != preempted ]]; then
    override disk-full "the disk was full ($MESSAGE)"
    # Room for the results: what only the running experiment needed goes.
    platform_drop_scratch
  fi
}

override() {
  say "cause: $1: $2"
  CAUSE=$1
  MESSAGE=$2
}

# disk_was_full: the reserve was given up, or a quarter of a megabyte does not fit.
disk_was_full() {
  [[ -e $GEN_TF_BOX/state/reserve ]] || return 0
  local full=''
  # As the experiment: a file system may keep room for root alone.
  platform_as_user dd if=/dev/zero "of=$PLATFORM_PROBE" bs=262144 count=1 2>/dev/null || full=yes
  rm -f -- "$PLATFORM_PROBE"
  [[ -n $full ]]
}

# upload_results: packs and puts what is in results/, with the logs; state/uploaded says what is there then.
upload_results() {
  local results=$GEN_TF_BOX/results state=$GEN_TF_BOX/state
  chmod -R u+rwX -- "$results" "$GEN_TF_BOX/log" || return 1
  # A link that the experiment has put in this place is not ours to write through.
  [[ ! -L $results/log ]] || rm -f -- "$results/log" || return 1
  mkdir -p "$results/log" || return 1
  redact "$results" "$GEN_TF_BOX/log" || return 1
  tail_of_failure
  cp --remove-destination -- "$GEN_TF_BOX"/log/*.log "$results/log/" || return 1
  (cd "$results" && find . -type f -printf '%P\0' | perl "$GUEST/names.pl" >"$state/paths") || return 1
  (cd "$results" && xargs -0 -r sha256sum -z -- <"$state/paths" | perl "$GUEST/list.pl" >"$state/files.json") || return 1
  (cd "$results" && tar --null --no-recursion -T "$state/paths" --owner=0 --group=0 --numeric-owner -cf - |
    gzip -4 >"$state/results.tar.gz") || return 1
  put_and_verify "results/$ATTEMPT_KEY.files.json" "$state/files.json" || return 1
  local list_sha256=$REPLY
  put_and_verify "results/$ATTEMPT_KEY.tar.gz" "$state/results.tar.gz" || return 1
  printf '{"archive":"%s","size":%d,"sha256":"%s","file_list":"%s","file_list_sha256":"%s","files":%d}' \
    "results/$ATTEMPT_KEY.tar.gz" "$(stat -c %s "$state/results.tar.gz")" "$REPLY" \
    "results/$ATTEMPT_KEY.files.json" "$list_sha256" "$(tr -dc '\0' <"$state/paths" | wc -c)" >"$state/uploaded"
}

# put_and_verify KEY FILE: puts, reads back what the store holds, compares; the hash is in REPLY.
put_and_verify() {
  local sha256
  sha256=$(sha256sum <"$2") || return 1
  sha256=${sha256%% *}
  patiently put_once_and_verify "$1" "$2" "$sha256" || return 1
  REPLY=$sha256
}

put_once_and_verify() {
  platform_put_once "$1" "$2" && platform_verify "$1" "$3" "$2" && return 0
  say "$1 could not be put"
  return 1
}

# patiently COMMAND…: again until it ends with another status than 1: a store that is full, read-only or
# away for a moment costs no result. Three times at least, and no more where the machine is taken away.
patiently() {
  local try status deadline=$((SECONDS + STORE_PATIENCE))
  for ((try = 1; ; try++)); do
    status=0
    "$@" || status=$?
    ((status == 1)) || return "$status"
    ((try < 3 || SECONDS < deadline)) || return 1
    [[ -z $TERMINATED ]] || ((try < 3)) || return 1
    sleep $((try < 10 ? try : 10))
  done
}

# redact FOLDER…: no secret value leaves this machine.
redact() {
  local name
  local -a files=()
  for name in $GEN_TF_SECRETS; do
    # One that is not here has not been shown to any script.
    [[ ! -e $GEN_TF_BOX/secrets/$name ]] || files+=("$GEN_TF_BOX/secrets/$name")
  done
  ((${#files[@]} > 0)) || return 0
  find "$@" -type f -print0 | perl "$GUEST/redact.pl" "${files[@]}"
}

# tail_of_failure: the last words of the script that failed, after redaction, for whoever reads the log.
tail_of_failure() {
  [[ -n $CAUSE ]] || return 0
  local log name
  for name in setup proxy service tool sample collect; do
    log=$GEN_TF_BOX/log/$name.log
    [[ -s $log ]] || continue
    say "-- the end of $name.log"
    tail -c 1500 "$log" | tr -c '[:print:]\n' '?' | tail -n 12 >>"$GEN_TF_BOX/log/guest.log" || return 0
  done
}
