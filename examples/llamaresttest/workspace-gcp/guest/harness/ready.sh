#!/usr/bin/env bash
# Looks once whether the service is ready: ready.sh URL. Status 0: it is; any other: not yet, and why is the last line.
# It asks the service itself, never through the proxy, whose log must begin empty and which accepts without a service too.
# A site is asked directly, once in a few seconds at most, because it counts what it is asked.
set -euo pipefail
shopt -s inherit_errexit

main() {
  # shellcheck source=setup/cell.sh
  . "$GEN_TF_HARNESS/setup/cell.sh"
  cell_service
  proxy_listens || stop_here "the proxy does not listen on port $PORT yet"
  if is_local; then
    service_answers "$1"
  else
    site_answers || {
      sleep "${GEN_TF_SITE_PAUSE:-5}"
      exit 1
    }
  fi
}

# proxy_listens: a connection without a request leaves nothing in the log.
proxy_listens() {
  (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null
}

# service_answers URL: of youtube any answer will do, because it wants parameters.
service_answers() {
  local status
  status=$(curl -s --noproxy '*' -m 5 -o /dev/null -w '%{http_code}' -- "$1") || stop_here "$1 does not answer"
  [[ $GEN_TF_SERVICE == youtube || $status == 2?? ]] || stop_here "$1 answers $status"
}

# site_answers: one request to the site, with the secret that the proxy will add. No value is an argument.
site_answers() {
  local answer status
  local -a ask=()
  site_question
  answer=$(curl -sS -m 8 "${ask[@]}" -w '\n%{http_code}' -K - <<<"$SITE_CONFIG") || {
    printf '%s does not answer\n' "$BACKEND"
    return 1
  }
  status=${answer##*$'\n'}
  if [[ $status != 2?? ]]; then
    printf '%s answers %s\n' "$BACKEND" "$status"
    return 1
  fi
  if [[ $GEN_TF_SERVICE == omdb && ${answer// /} != *'"Response":"True"'* ]]; then
    printf 'OMDB refuses the key\n'
    return 1
  fi
}

# site_question: curl's arguments in `ask`, and what nobody may see in SITE_CONFIG.
site_question() {
  local site=${GEN_TF_SITE:-${BACKEND%/}}
  SITE_CONFIG=''
  case $GEN_TF_SERVICE in
    fdic) ask=("$site/api/institutions?limit=1") ;;
    ohsome) ask=("$site/v1/metadata") ;;
    omdb)
      ask=(--get --data i=tt3896198 "$site/")
      SITE_CONFIG="data-urlencode = \"apikey@$GEN_TF_SECRETS_DIR/omdb-api-key\""
      ;;
    # Every path of it is switched off, and says so with whatever status.
    rest-countries) ask=("$site/v3/all") ;;
    spotify)
      ask=("$site/v1/me")
      SITE_CONFIG="header = \"Authorization: Bearer $(<"$GEN_TF_WORK/proxy/spotify-token")\""
      ;;
  esac
}

main "$@"
