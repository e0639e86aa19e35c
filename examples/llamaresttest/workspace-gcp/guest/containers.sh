# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# Containers: for a harness that starts some (`containers = true`): what its scripts must know of the engine, and
# that nothing of an attempt is left there. The engine's processes are no children of ours, so that neither the end
# of a sandbox nor that of a unit ends them; a label says whose they are.
# Which engine there is, and how it is reached, is the platform's business.

GEN_TF_CONTAINERS=${GEN_TF_CONTAINERS:-}
# The engine may be busy with another machine's images.
readonly CONTAINERS_TRIES=5

# containers_boot BOX [UID GID]: the box's folder and the experiment's user as the engine sees them.
containers_boot() {
  local sum
  [[ ${GEN_TF_CONTAINERS:-} == true ]] || return 0
  # Two workspaces of one study on one machine must not end each other's containers.
  sum=$(cksum <<<"$1")
  GEN_TF_LABEL=gen-tf.attempt=$GEN_TF_STUDY/$GEN_TF_EXPERIMENT/$GEN_TF_ATTEMPT/${sum%% *}
  GEN_TF_HOST_BOX=$1 GEN_TF_HOST_UID=${2:-} GEN_TF_HOST_GID=${3:-}
}

# engine_outside: how the host itself reaches the engine, which inside a sandbox has another path.
engine_outside() {
  [[ -n ${GEN_TF_ENGINE_SOCKET:-} ]] || return 0
  export DOCKER_HOST=unix://$GEN_TF_ENGINE_SOCKET CONTAINER_HOST=unix://$GEN_TF_ENGINE_SOCKET
}

# containers_remove: false when something is left, which is then said.
containers_remove() {
  [[ ${GEN_TF_CONTAINERS:-} == true && -n ${GEN_TF_ENGINE:-} ]] || return 0
  local try found
  local -a ids
  for ((try = 1; try <= CONTAINERS_TRIES; try++)); do
    if found=$("$GEN_TF_ENGINE" ps --all --quiet --no-trunc --filter "label=$GEN_TF_LABEL" 2>&1); then
      [[ -n $found ]] || return 0
      mapfile -t ids <<<"$found"
      # What has just ended by itself is gone already; the next look tells.
      "$GEN_TF_ENGINE" rm --force --volumes "${ids[@]}" >/dev/null 2>&1 || sleep 0.5
    else
      sleep 1
    fi
  done
  say "containers of this attempt could not be removed: $found"
  return 1
}
