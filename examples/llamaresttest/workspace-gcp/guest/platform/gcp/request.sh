# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# Request: one authorized call of a Google API by curl, repeated within bounds while it makes sense.
# The token goes to curl through its standard input: it is in no argument, no environment and no file.

# How long a call is repeated, in seconds. The heartbeat has less, because the next beat comes soon.
REQUEST_SECONDS=600
# New rights take minutes to arrive: until then a 403 may be just early.
readonly RIGHTS_SECONDS=420
# The most that a preempted machine may spend on one call.
readonly HASTY_SECONDS=6

HTTP_STATUS=0
HTTP_BODY=''
HTTP_HEADERS=''

# request URL CURL_ARGUMENT…: true when there was an answer that another try would not change. It is in
# HTTP_STATUS, and in the files HTTP_BODY (which a caller names by INTO) and HTTP_HEADERS.
request() {
  local url=$1 try=0 start status
  shift
  HTTP_BODY=${INTO:-$SCRATCH/$BASHPID.body} HTTP_HEADERS=$SCRATCH/$BASHPID.headers
  uptime_cs
  start=$REPLY
  while :; do
    status=0
    HTTP_STATUS=0
    if token; then
      curl_once "$url" "$@" || status=$?
      ! is_final "$status" || return 0
      # What cannot be written or read here will not be by another try.
      ((status != 23 && status != 26)) || return 1
    fi
    try=$((try + 1))
    say "no good answer from ${url%%\?*} (curl $status, HTTP $HTTP_STATUS), try $try"
    may_go_on "$start" || return 1
    pause_before "$try"
    may_go_on "$start" || return 1
  done
}

# is_final CURL_STATUS: whether the answer stands.
is_final() {
  (($1 == 0)) || return 1
  case $HTTP_STATUS in
    401)
      TOKEN_UNTIL=0
      return 1
      ;;
    403)
      [[ -z ${FORBIDDEN_IS_FINAL:-} ]] || return 0
      uptime_cs
      ((REPLY > BOOT_CS + RIGHTS_SECONDS * 100))
      ;;
    0 | 408 | 429 | 5??) return 1 ;;
  esac
}

# curl_once URL CURL_ARGUMENT…: beside us, so that a signal is heard at once.
curl_once() {
  # Named here, because beside us BASHPID is another one.
  local url=$1 status=0 limit=120 answer=$SCRATCH/$BASHPID.status errors=$SCRATCH/$BASHPID.errors
  shift
  [[ -z $TERMINATED ]] || limit=$HASTY_SECONDS
  curl -sS -K - --proto '=https' --connect-timeout 10 --speed-limit 1000 --speed-time 60 \
    -H 'Expect:' -o "$HTTP_BODY" -D "$HTTP_HEADERS" -w '%{http_code}' -m "$limit" "$@" -- "$url" \
    < <(printf 'oauth2-bearer = "%s"\n' "$TOKEN") >"$answer" 2>"$errors" &
  await $! || status=$?
  read -r HTTP_STATUS <"$answer" || [[ -n $HTTP_STATUS ]] || HTTP_STATUS=0
  HTTP_STATUS=$((10#$HTTP_STATUS))
  ((status == 0)) || say "curl: $(tr -c '[:print:]' ' ' <"$errors")"
  return "$status"
}

# await PID: its status. A machine that is taken away before anything was measured waits for nothing.
await() {
  local status
  while :; do
    TRAPPED=''
    status=0
    wait "$1" || status=$?
    [[ -n $TRAPPED ]] || return "$status"
    # See wait_through_signals.
    kill -0 "$1" 2>/dev/null || return 143
    [[ -z $TERMINATED || -n $END_PHASE ]] || kill -KILL "$1" 2>/dev/null || return 143
  done
}

# may_go_on START: whether there is time for another try.
may_go_on() {
  local seconds=$REQUEST_SECONDS
  if [[ -n $TERMINATED ]]; then
    [[ -n $END_PHASE ]] || return 1
    seconds=$HASTY_SECONDS
  fi
  uptime_cs
  ((REPLY < $1 + seconds * 100))
}

# pause_before TRY: twice as long each time, up to 16 s, give or take a half, so that many machines spread.
pause_before() {
  local centiseconds=$((100 << ($1 > 5 ? 4 : $1 - 1)))
  pause $((centiseconds / 2 + RANDOM * centiseconds / 32768))
}

# pause CENTISECONDS: without a process, and shorter when the machine is taken away.
pause() {
  local until_cs
  uptime_cs
  until_cs=$((REPLY + $1))
  while ((REPLY < until_cs)); do
    read -r -t 0.5 <> <(:) || uptime_cs
    [[ -z ${TERMINATED:-} ]] || break
    uptime_cs
  done
}

# field NAME: a string or number of the answer's JSON, in REPLY. The answers are small and flat.
field() {
  local body
  body=$(<"$HTTP_BODY")
  [[ $body =~ \"$1\":\ *\"?([^\",}]*) ]] || return 1
  REPLY=${BASH_REMATCH[1]}
}

# url_encoded TEXT: in REPLY.
url_encoded() {
  local LC_ALL=C text=$1 sign
  REPLY=''
  while [[ -n $text ]]; do
    sign=${text:0:1}
    text=${text:1}
    case $sign in
      [A-Za-z0-9._~-]) REPLY+=$sign ;;
      *)
        printf -v sign '%%%02X' "'$sign"
        REPLY+=$sign
        ;;
    esac
  done
}
