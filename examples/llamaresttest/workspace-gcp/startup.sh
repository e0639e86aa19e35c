#!/usr/bin/env bash
# DO NOT EDIT: gen-tf renders this file from study "llamaresttest".
GEN_TF_STORE='gs://my-project-llamaresttest/llamaresttest'
GEN_TF_GUEST_SHA256='425abc99086df496d5355936cd384a7a8ec7185ae7242cdc9e10427ab62b8f3b'
# shellcheck shell=bash
# Gets, checks and starts the guest, or powers off.
set -euo pipefail
trap poweroff EXIT
exec 3>&1 >>/var/log/gen-tf.log 2>&1 </dev/null
d=$(mktemp -d /var/lib/gen-tf.XXXXXX)
cd "$d"
for i in {1..60}; do
  curl -sfm9 -HMetadata-Flavor:Google 169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token |
    sed -n 's/.*access_token": *"\([^"]*\).*/oauth2-bearer=\1/p' |
    curl -sfm300 -K- -og "https://storage.googleapis.com/${GEN_TF_STORE#gs://}/guest/$GEN_TF_GUEST_SHA256.tar.gz" &&
    sha256sum -c <<<"$GEN_TF_GUEST_SHA256  g" && tar xzf g &&
    bash platform/gcp/launch.sh && trap - EXIT && exit
  echo "gen-tf: no guest yet ($i)" >&3
  sleep $((5 + RANDOM % 9))
done
