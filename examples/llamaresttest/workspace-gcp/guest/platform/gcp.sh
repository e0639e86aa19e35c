# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# Platform gcp: an attempt on a VM of Google Compute Engine. The store is a bucket, the machine is this one,
# and the experiment runs in place, as a user of its own. main.sh is root.
# The same functions for another platform stand in platform/<target>.sh.

PLATFORM_BEAT_SECONDS=30

# What an experiment runs as: it reads its setup, models and secrets, and writes only what is its own.
export GEN_TF_USER=gen-tf
# In memory, for root alone: answers of APIs, and the secrets until the power goes off.
readonly SCRATCH=/run/gen-tf
# What outlives a boot.
readonly STARTED_MARK=/var/lib/gen-tf.started

# shellcheck source=gcp/metadata.sh
. "$GUEST/platform/gcp/metadata.sh"
# shellcheck source=gcp/request.sh
. "$GUEST/platform/gcp/request.sh"
# shellcheck source=gcp/storage.sh
. "$GUEST/platform/gcp/storage.sh"
# shellcheck source=gcp/upload.sh
. "$GUEST/platform/gcp/upload.sh"
# shellcheck source=gcp/secrets.sh
. "$GUEST/platform/gcp/secrets.sh"
# shellcheck source=gcp/box.sh
. "$GUEST/platform/gcp/box.sh"
# shellcheck source=gcp/packages.sh
. "$GUEST/platform/gcp/packages.sh"
# shellcheck source=gcp/engine.sh
. "$GUEST/platform/gcp/engine.sh"
# shellcheck source=gcp/setup-store.sh
. "$GUEST/platform/gcp/setup-store.sh"
# shellcheck source=gcp/steps.sh
. "$GUEST/platform/gcp/steps.sh"
# shellcheck source=gcp/preemption.sh
. "$GUEST/platform/gcp/preemption.sh"

# platform_boot FOLDER: makes the places that the guest writes to, and reads the attempt's attributes.
platform_boot() {
  GEN_TF_BOX=$1
  make_box
  exec >>"$GEN_TF_BOX/log/guest.log" 2>&1 </dev/null
  read_attributes
  store_address
  secret_names
  GEN_TF_CPUS=$(nproc)
  memory_bytes
  GEN_TF_MEMORY_BYTES=$REPLY
  GEN_TF_HOST_HOME=/root
  containers_boot "$GEN_TF_BOX" "$(id -u "$GEN_TF_USER")" "$(id -g "$GEN_TF_USER")"
  mark_start
  read -r OOM_BEFORE < <(oom_counter)
  preemption_watch &
  PREEMPTION_PID=$!
}

platform_boot_id() {
  read -r REPLY </proc/sys/kernel/random/boot_id
}

# mark_start: on the disk, because a boot that follows must know of this one, whatever the store says.
STARTED_BEFORE=''
mark_start() {
  local mark
  platform_boot_id
  mark="$GEN_TF_EXPERIMENT $GEN_TF_ATTEMPT $REPLY"
  if [[ -s $STARTED_MARK ]]; then
    STARTED_BEFORE=$(<"$STARTED_MARK")
  fi
  printf '%s\n' "$mark" >"$STARTED_MARK"
  sync -- "$STARTED_MARK"
}

# platform_started_before: whether this machine has begun an attempt before; when, in REPLY.
platform_started_before() {
  REPLY=$STARTED_BEFORE
  [[ -n $REPLY ]]
}

# platform_provision: the system's packages, the harness's own provision.sh, and nothing that disturbs the hour.
platform_provision() {
  wait_for_clock
  check_image </etc/os-release || return 0
  keep_quiet
  install_packages
  [[ -n $CAUSE ]] || start_engine
  [[ -z $CAUSE ]] || return 0
  run_provision_script
  [[ -z $CAUSE ]] || return 0
  check_commands
  [[ -n $CAUSE ]] || fence_metadata
}

platform_setup() {
  setup_from_store
}

platform_start_measure() {
  start_step root "$GUEST/measure.sh"
}

# platform_oom_kills: how many processes the kernel has killed for want of memory, in REPLY. An attempt that
# has succeeded in spite of it is let alone: it may have been a process that has nothing to do with it.
platform_oom_kills() {
  local now
  read -r now < <(oom_counter)
  REPLY=$((now - OOM_BEFORE))
  ((REPLY > 0)) || return 0
  say "the kernel has killed $REPLY process(es) for want of memory"
  [[ -n $CAUSE && $CAUSE != preempted ]] || REPLY=0
}

oom_counter() {
  local key value count=0
  while read -r key value; do
    [[ $key != oom_kill ]] || count=$value
  done </proc/vmstat
  printf '%d\n' "$count"
}

# platform_drop_scratch: makes room on a full disk. The results and the logs stay.
platform_drop_scratch() {
  empty_folders "$GEN_TF_BOX/work" "$GEN_TF_BOX/cache" "$GEN_TF_BOX/setup"
  # What others have there stays.
  find /tmp /var/tmp -xdev -mindepth 1 -maxdepth 1 -user "$GEN_TF_USER" -exec rm -rf --one-file-system -- {} +
}

platform_facts() {
  fact vcpus "$GEN_TF_CPUS"
  fact memory_bytes "$GEN_TF_MEMORY_BYTES"
  fact limits vm
  fact clock "$CLOCK"
  local name
  for name in machine-type zone image cpu-platform; do
    if metadata_get "$name"; then
      # Of a path that holds the project's number, the last part; of an image all of it.
      [[ $name == image ]] || REPLY=${REPLY##*/}
      fact "${name//-/_}" "$REPLY"
    fi
  done
}

memory_bytes() {
  local key value
  while read -r key value _; do
    [[ $key != MemTotal: ]] || REPLY=$((value * 1024))
  done </proc/meminfo
}

# platform_close_in_child: the heartbeat has less time for a call than the rest.
platform_close_in_child() {
  REQUEST_SECONDS=20
}

# serial TEXT: one short line where people look who cannot log in.
serial() {
  local device line="gen-tf: $1"
  line=${line//[[:cntrl:]]/ }
  for device in /dev/ttyS0 /dev/console; do
    [[ -e $device ]] || continue
    if printf '%s\r\n' "${line:0:300}" 2>/dev/null >>"$device"; then
      return 0
    fi
  done
  say "there is no serial port to write to"
}

# platform_finish: everything is in the store and verified.
platform_finish() {
  serial "$GEN_TF_EXPERIMENT attempt $GEN_TF_ATTEMPT: ${CAUSE:-succeeded}; powering off"
  power_off
}

# platform_keep: what could not be uploaded stays on the disk of a VM that is stopped, never deleted.
platform_keep() {
  serial "$GEN_TF_EXPERIMENT attempt $GEN_TF_ATTEMPT: ${CAUSE:-succeeded}, but NOT UPLOADED: $GEN_TF_BOX stays on this disk; powering off"
  power_off
}

platform_leave() {
  serial "$GEN_TF_EXPERIMENT attempt $GEN_TF_ATTEMPT is not this machine's; powering off"
  power_off
}

# power_off: the last thing that main.sh does.
power_off() {
  bash "$GUEST/platform/gcp/power.sh" || say "the machine could not be switched off (status $?)"
}
