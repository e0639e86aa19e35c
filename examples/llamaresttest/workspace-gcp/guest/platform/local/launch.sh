# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# Launch: starts measure.sh or build.sh as the first process of new namespaces.
# The chain setpriv → start.sh → unshare (or bwrap) keeps one process id, STEP_PID, whose death ends all.

# launch ENTRY: `measure` (no network but loopback) or `build` (the host's network).
launch() {
  (
    platform_close_in_child
    exec {LIFELINE}>&-
    cd -- "$SANDBOX" || exit 1
    export GEN_TF_ENTRY=$1 GEN_TF_CACHE_FOLDER=$CACHE/downloads GEN_TF_HOST_HOME=$HOME
    [[ -z ${GEN_TF_ENGINE:-} ]] || engine_inside
    export GEN_TF_CGROUPS=${CGROUPS[*]:-} GEN_TF_SCOPE=${SCOPE:-}
    # Without this, a supervisor that is killed would leave its sandbox behind.
    exec setpriv --pdeathsig KILL bash "$GUEST/platform/local/start.sh"
  ) </dev/null &
  STEP_PID=$!
}

# engine_inside: the engine's socket has one name in every sandbox; enter.sh and start.sh put it there.
engine_inside() {
  export GEN_TF_ENGINE_INSIDE=/run/gen-tf/engine.sock
  export DOCKER_HOST=unix://$GEN_TF_ENGINE_INSIDE CONTAINER_HOST=unix://$GEN_TF_ENGINE_INSIDE
}
