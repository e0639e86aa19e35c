# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# Preemption: hears from the metadata server that the VM is taken away, and keeps what is left of its half minute.

# From the first word of it, in seconds: results that are not in the store by then stay behind, so that the
# outcome gets there.
readonly HASTY_DELIVERY=20

# preemption_watch: runs beside main.sh, and tells it by a signal.
preemption_watch() {
  trap - EXIT ALRM
  trap : HUP INT TERM
  local answer etag='' failures=0
  while :; do
    # It answers when the value is another than the one with this etag, or after a minute.
    if answer=$(curl -sS -f -m 80 --noproxy '*' -D - -H 'Metadata-Flavor: Google' \
      "$METADATA/preempted?wait_for_change=true&timeout_sec=60&last_etag=${etag:-0}"); then
      failures=0
      [[ ! $answer =~ [Ee][Tt][Aa][Gg]:\ *([^[:space:]]+) ]] || etag=${BASH_REMATCH[1]}
      if [[ ${answer##*$'\n'} == TRUE ]]; then
        kill -TERM $$
        return 0
      fi
      # A server that does not wait must not be asked all the time.
      pause 100
    else
      failures=$((failures + 1))
      ((failures % 20 != 1)) || say "the metadata server does not say whether this VM is taken away"
      pause 500
    fi
  done
}

# platform_hurry: called once, when the machine is taken away.
OUT_OF_TIME=''
platform_hurry() {
  trap on_hurried USR1
  (
    trap - EXIT TERM ALRM USR1
    sleep "$HASTY_DELIVERY"
    kill -USR1 $$
  ) &
  serial "$GEN_TF_EXPERIMENT attempt $GEN_TF_ATTEMPT: this VM is taken away"
}

# on_hurried: whatever is still being done gives way to the outcome.
on_hurried() {
  TRAPPED=yes
  OUT_OF_TIME=yes
  say "no time is left but for the outcome"
  [[ -z $STEP_PID ]] || platform_kill_step
}

# platform_has_time: whether results may still be uploaded.
platform_has_time() {
  [[ -z $OUT_OF_TIME ]]
}
