#!/usr/bin/env bash
# Runs the recording proxy in the foreground: nginx on 127.0.0.1:8080, one line a request in proxy/requests.jsonl.
# It changes no request; what it answers itself (malformed requests, a dead service) has no upstream_status.
set -euo pipefail

main() {
  local folder=$GEN_TF_WORK/proxy
  local -a user=()
  mkdir -p "$folder/temp"
  # As root, nginx would give its temporary files to a user that a sandbox does not have.
  [[ $(id -u) != 0 ]] || user=(-g 'user root;')
  PATH=$PATH:/usr/sbin exec nginx -p "$folder" -c "$GEN_TF_HARNESS/proxy.nginx.conf" -e stderr "${user[@]}"
}

main "$@"
