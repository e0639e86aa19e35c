# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# Upload: large files by a resumable session, which goes on after a broken connection where it stood.
# Small files are storage.sh's.

# put_large KEY FILE SIZE MD5: true when there was an answer; it is in HTTP_STATUS.
put_large() {
  local session try
  for try in 1 2 3 4 5; do
    open_session "$1" "$3" "$4" || return 1
    ((HTTP_STATUS == 200)) || return 0
    session=$REPLY
    ! send_file "$session" "$2" "$3" || return 0
    # The session is gone, or nothing more gets through it.
    [[ -z $TERMINATED ]] || return 1
    say "a new upload of $1, try $try"
  done
  return 1
}

# open_session KEY SIZE MD5: its address in REPLY.
open_session() {
  local metadata line
  object_metadata "$1" "$3"
  metadata=$REPLY
  put_once_url resumable "$1"
  request "$REPLY" \
    -H 'Content-Type: application/json; charset=UTF-8' -H "X-Upload-Content-Type: $CONTENT_TYPE" \
    -H "X-Upload-Content-Length: $2" --data-binary "$metadata" || return 1
  REPLY=''
  while IFS= read -r line; do
    line=${line%$'\r'}
    [[ ${line,,} != location:* ]] || REPLY=${line#*: }
  done <"$HTTP_HEADERS"
  [[ $HTTP_STATUS != 200 || -n $REPLY ]]
}

# send_file SESSION FILE SIZE: true when the session has ended with an answer.
send_file() {
  local offset=0 last=-1 stuck=0 status
  HTTP_BODY=$SCRATCH/$BASHPID.body HTTP_HEADERS=$SCRATCH/$BASHPID.headers
  while ((stuck < 6)); do
    status=0
    HTTP_STATUS=0
    if token; then
      # With -C, curl begins in the middle of the file and says so in Content-Range.
      if ((offset == 0)); then
        curl_once "$1" -T "$2" -m "$TRANSFER_SECONDS" || status=$?
      else
        curl_once "$1" -T "$2" -C "$offset" -m "$TRANSFER_SECONDS" || status=$?
      fi
    fi
    case $status:$HTTP_STATUS in
      0:2?? | 0:400 | 0:412) return 0 ;;
      0:404 | 0:410) return 1 ;;
      0:401) TOKEN_UNTIL=0 ;;
    esac
    [[ -z $TERMINATED ]] || return 1
    say "the upload was interrupted (curl $status, HTTP $HTTP_STATUS)"
    ((offset > last)) && stuck=0
    last=$offset
    stuck=$((stuck + 1))
    pause_before "$stuck"
    session_offset "$1" "$3" || return 1
    [[ $HTTP_STATUS != 2?? && $HTTP_STATUS != 412 ]] || return 0
    offset=$REPLY
  done
  return 1
}

# session_offset SESSION SIZE: how many bytes the store has, in REPLY; or the session's answer, if it has ended.
session_offset() {
  local line
  request "$1" -X PUT -H "Content-Range: bytes */$2" -H 'Content-Length: 0' || return 1
  REPLY=0
  case $HTTP_STATUS in
    308)
      while IFS= read -r line; do
        [[ ! ${line,,} =~ ^range:\ *bytes=0-([0-9]+) ]] || REPLY=$((BASH_REMATCH[1] + 1))
      done <"$HTTP_HEADERS"
      ;;
    2?? | 412) ;;
    *) return 1 ;;
  esac
}
