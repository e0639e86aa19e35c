#!/usr/bin/env bash
# Builds: runs the harness's setup.sh, which fills $GEN_TF_SETUP and has the network.
# Like measure.sh it runs in the experiment's own place, so that the paths it leaves in the setup are right.
set -euo pipefail

export GEN_TF_BOX=/gen-tf
export GEN_TF_GUEST=$GEN_TF_BOX/guest GEN_TF_SETUP=$GEN_TF_BOX/setup GEN_TF_WORK=$GEN_TF_BOX/work
export GEN_TF_RESULTS=$GEN_TF_BOX/results GEN_TF_LOG=$GEN_TF_BOX/log GEN_TF_CACHE=$GEN_TF_BOX/cache
export GEN_TF_MODELS_DIR=$GEN_TF_BOX/models GEN_TF_SECRETS_DIR=$GEN_TF_BOX/secrets
export GEN_TF_HARNESS=$GEN_TF_GUEST/harness HOME=$GEN_TF_WORK/home

# Where the clients of package registries look for mirrors and credentials, below HOME.
readonly CLIENT_FILES='.npmrc .m2/settings.xml .config/pip/pip.conf .pip/pip.conf .config/uv/uv.toml
  .cargo/config.toml .config/go/env .docker/config.json .netrc .gitconfig'

main() {
  mkdir -p "$HOME"
  link_client_files
  cd "$GEN_TF_WORK"
  bash "$GEN_TF_HARNESS/setup.sh" 2>&1 </dev/null |
    perl "$GEN_TF_GUEST/cap.pl" "$GEN_TF_LOG/setup.log" $((64 * 1024 * 1024))
}

# link_client_files: HOME is another one here, but who reaches registries through a mirror must still do so.
link_client_files() {
  local file
  for file in $CLIENT_FILES; do
    [[ -r $GEN_TF_HOST_HOME/$file ]] || continue
    mkdir -p "$HOME/$(dirname "$file")"
    ln -s "$GEN_TF_HOST_HOME/$file" "$HOME/$file"
  done
}

main "$@"
