# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# Setup cache: a setup is built once per setup key and kind of machine, in the user's cache folder.
# A build that was killed leaves a folder named .partial only, which the next build removes.

# setup_from_cache: leaves SETUP_ENTRY, the folder that the sandbox sees (through an overlay) as /gen-tf/setup.
setup_from_cache() {
  CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/gen-tf
  host_fingerprint
  SETUP_ENTRY=$CACHE/setup/$GEN_TF_SETUP_KEY-$REPLY
  if [[ ! -d $SETUP_ENTRY ]]; then
    build_setup
    [[ -z $CAUSE ]] || return 0
  fi
  ln -sfnT -- "$SETUP_ENTRY" "$SANDBOX/lower"
  if ! platform_exists "setup/$GEN_TF_SETUP_KEY.json"; then
    local mark=$GEN_TF_BOX/state/setup.json
    printf '{"format":1,"setup_key":"%s"}\n' "$GEN_TF_SETUP_KEY" >"$mark"
    platform_put_once "setup/$GEN_TF_SETUP_KEY.json" "$mark"
  fi
}

# host_fingerprint: a setup holds programs for this system, and paths of the programs that it was built with.
host_fingerprint() {
  local sum command
  local -a programs=(bash)
  for command in $GEN_TF_TOOL_COMMANDS $GEN_TF_SERVICE_COMMANDS; do
    programs+=("$command")
  done
  sum=$({
    printf '%s\n' "$HOSTTYPE"
    cat /etc/os-release
    for command in "${programs[@]}"; do
      type -P "$command"
    done
  } | sha256sum)
  REPLY=${sum:0:16}
}

build_setup() {
  local lock partial=$SETUP_ENTRY.partial
  mkdir -p "$CACHE/setup" "$CACHE/downloads"
  exec {lock}>"$SETUP_ENTRY.lock"
  watch_step "$GEN_TF_SETUP_DEADLINE" start_flock "$lock"
  setup_verdict "waiting for another build of this setup" || return 0
  # Somebody else may have built it while we waited.
  if [[ ! -d $SETUP_ENTRY ]]; then
    remove_tree "$partial"
    mkdir -p "$partial" "$SANDBOX/build-work"
    ln -sfnT -- "$partial" "$SANDBOX/lower"
    if [[ -e $GUEST/harness/setup.sh ]]; then
      say "building the setup $GEN_TF_SETUP_KEY"
      watch_step "$GEN_TF_SETUP_DEADLINE" launch build
      setup_verdict "setup.sh" || return 0
    fi
    remove_tree "$SANDBOX/build-work"
    mv -T -- "$partial" "$SETUP_ENTRY"
  fi
  exec {lock}>&-
}

start_flock() {
  setpriv --pdeathsig KILL flock "$1" 9>&- &
  STEP_PID=$!
}

# setup_verdict WHAT: false, and said, when the step that has just ended did not end well.
setup_verdict() {
  if [[ -n $TERMINATED ]]; then
    fail preempted "the machine was taken away during setup"
  elif [[ -n $OVERDUE ]]; then
    fail deadline "$1 took longer than $GEN_TF_SETUP_DEADLINE s"
  elif ((STEP_STATUS != 0)); then
    fail setup "$1 ended with status $STEP_STATUS"
  else
    return 0
  fi
  return 1
}
