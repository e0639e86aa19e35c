# shellcheck shell=bash
# Secrets: from Secret Manager into files in memory that only root and the experiment's user can read.
# A value is never an argument, a variable of the environment, or a file on the disk.

# secret_names: what GEN_TF_SECRETS is elsewhere: the names alone.
secret_names() {
  local pair
  GEN_TF_SECRETS=''
  for pair in $SECRET_VERSIONS; do
    GEN_TF_SECRETS+="${GEN_TF_SECRETS:+ }${pair%%=*}"
  done
}

# platform_secret NAME FILE
platform_secret() {
  local pair version='' try
  for pair in $SECRET_VERSIONS; do
    [[ ${pair%%=*} != "$1" ]] || version=${pair#*=}
  done
  [[ -n $version ]] || return 1
  for try in 1 2 3 4; do
    request "https://secretmanager.googleapis.com/v1/$version:access" || break
    if ((HTTP_STATUS != 200)); then
      say "secret $1: HTTP $HTTP_STATUS for $version"
      break
    fi
    if secret_value "$2"; then
      rm -f -- "$HTTP_BODY"
      return 0
    fi
    say "secret $1: the answer is damaged, try $try"
    pause_before "$try"
  done
  rm -f -- "$HTTP_BODY" "$2"
  return 1
}

# secret_value FILE: decodes the answer, and compares it with the checksum that came along.
secret_value() {
  local crc32c
  field dataCrc32c || return 1
  crc32c=$REPLY
  field data || return 1
  (
    umask 077
    printf '%s' "$REPLY" | base64 -d >"$1" 2>/dev/null
  ) || return 1
  [[ $(perl "$GUEST/platform/gcp/crc32c.pl" <"$1") == "$crc32c" ]] || return 1
  chown "root:$GEN_TF_USER" -- "$1"
  chmod 0440 -- "$1"
}
