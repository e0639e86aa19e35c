# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# Journal: what an attempt has done so far, as lines that both halves of the guest append to a file.
# It is how measure.sh, inside the sandbox, tells main.sh what happened. It never touches the store.
#
#   phase NAME CENTISECONDS        a phase began
#   tool-time SECONDS              when the tool's time began, in seconds since 1970
#   tool-start INDEX CENTISECONDS  the tool was started
#   tool-end CENTISECONDS          the first signal that ended the tool, or its own end
#   end CAUSE MESSAGE              the attempt has failed; only the first such line counts
#   fact NAME VALUE                goes into the outcome's environment

# journal WORD…: appends a line. On a full disk the reserve makes room for it.
journal() {
  if ! printf '%s\n' "$*" 2>/dev/null >>"$GEN_TF_BOX/state/journal"; then
    rm -f "$GEN_TF_BOX/state/reserve"
    printf '%s\n' "$*" >>"$GEN_TF_BOX/state/journal"
  fi
}

# say TEXT: one line of the attempt's log. A line that a full disk refuses is lost, and that is said once there is room.
lost_lines=0
say() {
  local now
  utc_now
  now=$REPLY
  if printf '%s %s\n' "$now" "$*" 2>/dev/null >>"$GEN_TF_BOX/log/guest.log"; then
    if ((lost_lines > 0)) && printf '%s (%d lines before this one were lost: disk full)\n' "$now" "$lost_lines" \
      2>/dev/null >>"$GEN_TF_BOX/log/guest.log"; then
      lost_lines=0
    fi
  else
    lost_lines=$((lost_lines + 1))
  fi
}

# enter_phase NAME
enter_phase() {
  uptime_cs
  PHASE=$1
  journal phase "$1" "$REPLY"
  say "== $1"
}

# fail CAUSE MESSAGE: the first failure is the attempt's; later ones are only logged.
CAUSE=''
MESSAGE=''
fail() {
  say "FAILED ($1): $2"
  if [[ -z $CAUSE ]]; then
    CAUSE=$1
    MESSAGE=$2
    journal end "$1" "$2"
  fi
}
