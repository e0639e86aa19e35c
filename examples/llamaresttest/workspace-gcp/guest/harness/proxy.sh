#!/usr/bin/env bash
# Runs the repository's proxy in the foreground on 127.0.0.1:900N: mitmdump with the repository's own addon, which
# writes log-<service>.txt, and one of ours, which writes a line for each request. It changes no request but as the addon does.
# mitmdump, not mitmproxy, whose console wants a terminal.
set -euo pipefail
shopt -s inherit_errexit

main() {
  # shellcheck source=setup/cell.sh
  . "$GEN_TF_HARNESS/setup/cell.sh"
  cell_service
  local folder=$GEN_TF_WORK/proxy addon=$REPOSITORY/services/$ADDON
  mkdir -p "$folder"
  cd -- "$folder"
  [[ $ADDON == proxy.py ]] || addon_with_token
  # mitmproxy never loads a script whose time is 0, which is the time of all files of a guest; and its folder is not ours.
  cat -- "$GEN_TF_HARNESS/proxy/recorder.py" >recorder.py
  export PYTHONDONTWRITEBYTECODE=1
  LOG_FILE=log-$GEN_TF_SERVICE.txt exec "$GEN_TF_SETUP/proxy/venv/bin/mitmdump" \
    --set "confdir=$folder/confdir" --set termlog_verbosity=warn --set flow_detail=0 \
    --listen-host 127.0.0.1 --listen-port "$PORT" --mode "reverse:$BACKEND" \
    --scripts recorder.py --scripts "$addon"
}

# addon_with_token: a copy of the addon in which its TOKEN_HERE is replaced; nobody else can read it.
addon_with_token() {
  local python=$GEN_TF_SETUP/proxy/venv/bin/python token=$GEN_TF_SECRETS_DIR/omdb-api-key
  umask 077
  if [[ $GEN_TF_SERVICE == spotify ]]; then
    token=$PWD/spotify-token
    "$python" "$GEN_TF_HARNESS/proxy/spotify_token.py" "$GEN_TF_SETTING_SPOTIFY_TOKEN_URL" "$GEN_TF_SECRETS_DIR" "$token"
  fi
  "$python" "$GEN_TF_HARNESS/proxy/fill_token.py" "$addon" "$token" "$PWD/$ADDON"
  addon=$PWD/$ADDON
}

main "$@"
