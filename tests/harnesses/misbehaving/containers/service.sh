#!/usr/bin/env bash
# Starts a container beside itself, which nothing here ends, and serves the folder on a fixed port.
set -euo pipefail

"$GEN_TF_ENGINE" run --detach --label "$GEN_TF_LABEL" --network none --user "$GEN_TF_HOST_UID:$GEN_TF_HOST_GID" \
  --volume "$GEN_TF_HOST_BOX/work:/work" gen-tf-test:1 \
  bash -c 'printf "from a container\n" >/work/container.txt; exec sleep 600'
exec python3 -m http.server --bind 127.0.0.1 --directory "$GEN_TF_SETUP/www" 9001
