# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# Platform local: an attempt in a sandbox on this machine. The store is a folder, the machine is a folder
# that sandbox.sh has made, and this process is its supervisor.
# The same functions for another platform stand in platform/<target>.sh.

PLATFORM_BEAT_SECONDS=5

# shellcheck source=local/folder-store.sh
. "$GUEST/platform/local/folder-store.sh"
# shellcheck source=local/limits.sh
. "$GUEST/platform/local/limits.sh"
# shellcheck source=local/launch.sh
. "$GUEST/platform/local/launch.sh"
# shellcheck source=local/setup-cache.sh
. "$GUEST/platform/local/setup-cache.sh"

# platform_boot FOLDER: reads the attempt's attributes, makes the places that the guest writes to.
platform_boot() {
  SANDBOX=$1
  # Every process of the sandbox carries this, so that the last one can be waited for.
  export GEN_TF_SANDBOX=$SANDBOX
  write_pid
  # shellcheck source=/dev/null
  . "$SANDBOX/attributes.env"
  GEN_TF_BOX=$SANDBOX/box
  export GEN_TF_SUPERVISOR=$$
  engine_outside
  containers_boot "$GEN_TF_BOX" "$(id -u)" "$(id -g)"
  mkdir -p "$GEN_TF_BOX"/{cache,guest,log,models,results,secrets,setup,state,work} "$SANDBOX"/{root,tmp,var-tmp}
  : >>"$GEN_TF_BOX/state/journal"
  : >>"$GEN_TF_BOX/log/guest.log"
  PLATFORM_PROBE=$GEN_TF_BOX/state/probe
  # Given up when the disk is full, so that there is room to say so.
  fallocate -l 8M "$GEN_TF_BOX/state/reserve"
  exec >>"$GEN_TF_BOX/log/guest.log" 2>&1
  store_folders
  # What sandbox.sh waits for.
  : >"$SANDBOX/serving"
}

# write_pid: who serves this sandbox; the start time tells a pid that was used again.
write_pid() {
  local stat boot
  local -a fields
  read -r stat <"/proc/$$/stat"
  read -r -a fields <<<"${stat##*) }"
  read -r boot </proc/sys/kernel/random/boot_id
  printf '%d %s %s\n' $$ "${fields[19]}" "$boot" >"$SANDBOX/pid.new"
  mv -fT -- "$SANDBOX/pid.new" "$SANDBOX/pid"
}

platform_boot_id() {
  read -r REPLY </proc/sys/kernel/random/boot_id
}

# platform_started_before: a second start finds the claim of the first one.
platform_started_before() {
  return 1
}

# platform_within_fuse SECONDS RESERVE: nothing but the guest itself limits a sandbox.
platform_within_fuse() {
  REPLY=$1
}

# platform_hurry: a sandbox has the time that it needs.
platform_hurry() {
  return 0
}

platform_has_time() {
  return 0
}

# platform_as_user COMMAND…: the experiment is the same user.
platform_as_user() {
  "$@"
}

# platform_secret NAME FILE: sandbox.sh has written it before anything was started.
platform_secret() {
  [[ -s $SANDBOX/secrets/$1 ]] && mv -- "$SANDBOX/secrets/$1" "$2"
}

# platform_provision: the user's own machine is used as it is; what is missing is named.
platform_provision() {
  local command missing=''
  for command in curl perl ip tar gzip find $GEN_TF_TOOL_COMMANDS $GEN_TF_SERVICE_COMMANDS; do
    command -v "$command" >/dev/null || missing+=" $command"
  done
  [[ -z $missing ]] || fail provision "missing commands:$missing (install them, or put them into PATH)"
}

platform_setup() {
  setup_from_cache
}

platform_start_measure() {
  limits_create
  launch measure
}

platform_kill_step() {
  kill -KILL "$STEP_PID" || say "the step had ended already"
}

# platform_oom_kills: how often the memory limit killed a process, in REPLY.
platform_oom_kills() {
  limits_oom_kills
}

# platform_drop_scratch: makes room on a full disk. The results and the logs stay.
platform_drop_scratch() {
  remove_tree "$GEN_TF_BOX/work" "$SANDBOX/tmp" "$SANDBOX/var-tmp" "$SANDBOX/overlay"
}

platform_facts() {
  local -a cpus
  IFS=',' read -r -a cpus <"$SANDBOX/cpus"
  fact vcpus "${#cpus[@]}"
  fact memory_bytes "$GEN_TF_MEMORY_BYTES"
  fact limits "$LIMITS"
  fact cgroup "$CGROUP_VERSION"
  fact launcher "$GEN_TF_LAUNCHER"
}

# platform_close_in_child: the lock that says that this sandbox is served belongs to this process alone.
platform_close_in_child() {
  exec 9>&-
}

# platform_finish: everything is in the store, so that nothing has to stay here but what says which containers are left.
platform_finish() {
  limits_remove
  [[ -n $CONTAINERS_LEFT ]] || remove_sandbox
}

# platform_keep: the upload failed, the folder stays until `stop`.
platform_keep() {
  limits_remove
}

platform_leave() {
  remove_sandbox
}

# remove_sandbox: what says who serves it goes last, because many files take their time.
remove_sandbox() {
  remove_tree "$GEN_TF_BOX" "$SANDBOX"/{guest,overlay,tmp,var-tmp,build-work}
  remove_tree "$SANDBOX"
}

# remove_tree FOLDER…: also where an experiment has taken its own rights away.
remove_tree() {
  rm -rf -- "$@" 2>/dev/null && return 0
  chmod -R u+rwX -- "$@"
  rm -rf -- "$@"
}
