# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# Storage: the store as a bucket, by the JSON API of Cloud Storage. Put once is ifGenerationMatch=0.
# Large files go by upload.sh. Nothing here deletes anything.

readonly STORAGE=https://storage.googleapis.com
# Up to this size a file goes up in one request, which is repeated as a whole.
readonly SINGLE_LIMIT=$((8 * 1024 * 1024))
# The most that one download or upload may take; a stalled one ends after a minute.
readonly TRANSFER_SECONDS=3000

# store_address: takes GEN_TF_STORE apart.
store_address() {
  local place=${GEN_TF_STORE#gs://}
  BUCKET=${place%%/*}
  PREFIX=${place#*/}
}

object_url() {
  url_encoded "$PREFIX/$1"
  REPLY=$STORAGE/storage/v1/b/$BUCKET/o/$REPLY
}

# object_facts KEY: OBJECT_SIZE, OBJECT_MD5 (base64; empty where there is none), OBJECT_GENERATION.
object_facts() {
  object_url "$1"
  request "$REPLY?fields=size,md5Hash,generation" && ((HTTP_STATUS == 200)) && read_facts
}

# read_facts: from the answer to whatever names the object.
read_facts() {
  field size || return 1
  OBJECT_SIZE=$REPLY
  field generation || return 1
  OBJECT_GENERATION=$REPLY
  OBJECT_MD5=''
  ! field md5Hash || OBJECT_MD5=$REPLY
}

# platform_exists KEY: who may not list a bucket gets 403 for an object that is not there. The guest itself
# came from the same store by the same rights, so that reading works.
platform_exists() {
  local FORBIDDEN_IS_FINAL=yes
  object_facts "$1"
}

# platform_get KEY FILE: the file is there only when every byte of it is right.
platform_get() {
  local try
  object_facts "$1" || return 1
  for try in 1 2 3 4; do
    download "$1" "$2.part" && is_intact "$1" "$2.part" && mv -fT -- "$2.part" "$2" && return 0
    [[ -z $TERMINATED ]] || break
    say "$1 has not arrived as it is in the store, try $try"
    pause_before "$try"
  done
  rm -f -- "$2.part"
  return 1
}

# download KEY FILE
download() {
  local INTO=$2
  object_url "$1"
  request "$REPLY?alt=media&generation=$OBJECT_GENERATION" -m "$TRANSFER_SECONDS" && ((HTTP_STATUS == 200))
}

# is_intact KEY FILE: size, and md5 where the store knows it. An object that was put in parts has no md5;
# an input's name is its sha256.
is_intact() {
  local sha256
  [[ $(stat -c %s -- "$2") == "$OBJECT_SIZE" ]] || return 1
  if [[ -n $OBJECT_MD5 ]]; then
    md5_of "$2"
    [[ $REPLY == "$OBJECT_MD5" ]]
  elif [[ $1 == inputs/* ]]; then
    sha256=$(sha256sum <"$2") || return 1
    [[ ${sha256%% *} == "${1#inputs/}" ]]
  fi
}

# platform_put_once KEY FILE: 0 when it is there now, also by an earlier try whose answer was lost;
# 1 when something else is there; 2 when it is not known, because the store did not say.
platform_put_once() {
  local try size md5
  size=$(stat -c %s -- "$2") || return 2
  md5_of "$2"
  md5=$REPLY
  for try in 1 2 3; do
    if ((size > SINGLE_LIMIT)); then
      put_large "$1" "$2" "$size" "$md5" || return 2
    else
      put_small "$1" "$2" "$md5" || return 2
    fi
    # The bytes were not ours when they arrived.
    PUT_STATUS=$HTTP_STATUS
    ((PUT_STATUS == 400)) || break
    say "the store has refused $1: $(head -c 300 "$HTTP_BODY" | tr -c '[:print:]' ' ')"
  done
  case $HTTP_STATUS in
    200 | 201) read_facts || return 2 ;;
    412) platform_exists "$1" || return 2 ;;
    *)
      say "$1 could not be put: HTTP $HTTP_STATUS $(head -c 300 "$HTTP_BODY" | tr -c '[:print:]' ' ')"
      return 2
      ;;
  esac
  [[ $OBJECT_SIZE:$OBJECT_MD5 == "$size:$md5" ]]
}

# put_small KEY FILE MD5: metadata and bytes in one request, so that the store checks the md5 itself.
put_small() {
  local boundary body=$SCRATCH/$BASHPID.upload status=0
  read -r boundary </proc/sys/kernel/random/uuid
  object_metadata "$1" "$3"
  {
    printf -- '--%s\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n%s\r\n' "$boundary" "$REPLY"
    printf -- '--%s\r\nContent-Type: %s\r\n\r\n' "$boundary" "$CONTENT_TYPE"
    cat -- "$2"
    printf -- '\r\n--%s--\r\n' "$boundary"
  } >"$body" || return 1
  put_once_url multipart "$1"
  request "$REPLY" \
    -H "Content-Type: multipart/related; boundary=$boundary" --data-binary "@$body" || status=1
  rm -f -- "$body"
  return "$status"
}

# put_once_url TYPE KEY
put_once_url() {
  url_encoded "$PREFIX/$2"
  REPLY="$STORAGE/upload/storage/v1/b/$BUCKET/o?uploadType=$1&name=$REPLY&ifGenerationMatch=0&fields=size,md5Hash,generation"
}

# object_metadata KEY MD5: as JSON in REPLY; keys and hashes have no sign that JSON would quote.
object_metadata() {
  case $1 in
    *.json) CONTENT_TYPE=application/json ;;
    *.txt) CONTENT_TYPE='text/plain; charset=utf-8' ;;
    *.tar.gz) CONTENT_TYPE=application/gzip ;;
    *) CONTENT_TYPE=application/octet-stream ;;
  esac
  REPLY="{\"name\":\"$PREFIX/$1\",\"contentType\":\"$CONTENT_TYPE\",\"md5Hash\":\"$2\"}"
}

# platform_put_text KEY TEXT: overwrites.
platform_put_text() {
  local body=$SCRATCH/$BASHPID.text name
  printf '%s\n' "$2" >"$body" || return 1
  url_encoded "$PREFIX/$1"
  name=$REPLY
  request "$STORAGE/upload/storage/v1/b/$BUCKET/o?uploadType=media&name=$name&fields=generation" \
    -H 'Content-Type: application/json' --data-binary "@$body" && ((HTTP_STATUS == 200))
}

# platform_put_text_once KEY TEXT: the text as it is, without an end of line of its own. Only the log goes this way,
# which no other machine writes and we may not read: what is there already is there by a try whose answer was lost.
platform_put_text_once() {
  printf '%s' "$2" >"$SCRATCH/$BASHPID.once" || return 1
  platform_put_once "$1" "$SCRATCH/$BASHPID.once" || ((HTTP_STATUS == 403 && PUT_STATUS == 412))
}

# platform_verify KEY SHA256 FILE: the store's md5 and size against those of the file that the hash was taken of.
platform_verify() {
  object_facts "$1" || return 1
  md5_of "$3"
  [[ $OBJECT_SIZE:$OBJECT_MD5 == "$(stat -c %s -- "$3"):$REPLY" ]]
}

# md5_of FILE: in base64, as the store has it, in REPLY.
md5_of() {
  local hex bytes='' at
  hex=$(md5sum <"$1") || return 1
  for ((at = 0; at < 32; at += 2)); do
    bytes+="\\x${hex:at:2}"
  done
  REPLY=$(printf '%b' "$bytes" | base64)
}
