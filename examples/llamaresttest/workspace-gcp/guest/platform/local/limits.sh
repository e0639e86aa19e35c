# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# Limits: memory and number of processes of a sandbox, by cgroups where we may make them. CPUs are pinned
# by affinity in any case, which the first process inherits from its supervisor.
# The folders' names are written down before they are made, so that `stop` finds them after any death.

CGROUPS=()
SCOPE=''
CGROUP_VERSION=none
LIMITS=affinity-only
readonly PIDS_LIMIT=4096

limits_create() {
  local name
  name=$(cksum <<<"$SANDBOX")
  name=gen-tf.${name%% *}.$GEN_TF_MACHINE
  if [[ -e /sys/fs/cgroup/memory/memory.limit_in_bytes ]]; then
    CGROUP_VERSION=1
    [[ ! -w /sys/fs/cgroup/memory ]] || limits_v1 "$name"
  elif [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then
    CGROUP_VERSION=2
    if [[ -w /sys/fs/cgroup/cgroup.subtree_control ]]; then
      limits_v2 "$name"
    else
      limits_scope "$name"
    fi
  fi
  say "limits: $LIMITS"
}

limits_v1() {
  local controller path
  for controller in memory pids cpuset; do
    path=/sys/fs/cgroup/$controller/$1
    [[ -w /sys/fs/cgroup/$controller ]] || continue
    printf '%s\n' "$path" >>"$SANDBOX/cgroups"
    mkdir -p "$path"
    CGROUPS+=("$path")
    "limits_v1_$controller" "$path"
  done
  LIMITS=enforced
}

limits_v1_memory() {
  printf '%s\n' "$GEN_TF_MEMORY_BYTES" >"$1/memory.limit_in_bytes"
  if [[ -e $1/memory.memsw.limit_in_bytes ]]; then
    printf '%s\n' "$GEN_TF_MEMORY_BYTES" >"$1/memory.memsw.limit_in_bytes"
  fi
}

limits_v1_pids() {
  printf '%s\n' "$PIDS_LIMIT" >"$1/pids.max"
}

limits_v1_cpuset() {
  cat "${1%/*}/cpuset.mems" >"$1/cpuset.mems"
  cat "$SANDBOX/cpus" >"$1/cpuset.cpus"
}

# limits_v2 NAME: as root, below the top, where the controllers are switched on for it.
limits_v2() {
  local path=/sys/fs/cgroup/$1 controllers
  read -r controllers </sys/fs/cgroup/cgroup.subtree_control
  if [[ " $controllers " != *" memory "* || " $controllers " != *" pids "* ]]; then
    printf '+memory +pids\n' 2>/dev/null >/sys/fs/cgroup/cgroup.subtree_control || return 0
  fi
  printf '%s\n' "$path" >>"$SANDBOX/cgroups"
  mkdir -p "$path"
  printf '%s\n' "$GEN_TF_MEMORY_BYTES" >"$path/memory.max"
  [[ ! -e $path/memory.swap.max ]] || printf '0\n' >"$path/memory.swap.max"
  printf '%s\n' "$PIDS_LIMIT" >"$path/pids.max"
  CGROUPS+=("$path")
  LIMITS=enforced
}

# limits_scope NAME: an ordinary user asks the own systemd, if it has the memory controller.
limits_scope() {
  local controllers=''
  export XDG_RUNTIME_DIR=/run/user/$UID
  [[ -S $XDG_RUNTIME_DIR/systemd/private ]] && command -v systemd-run >/dev/null || return 0
  read -r controllers <"/sys/fs/cgroup/user.slice/user-$UID.slice/user@$UID.service/cgroup.controllers" || return 0
  [[ " $controllers " == *" memory "* ]] || return 0
  SCOPE=$1.scope
  LIMITS=enforced
}

# limits_oom_kills: in REPLY.
limits_oom_kills() {
  REPLY=0
  local cgroup key value result=''
  for cgroup in "${CGROUPS[@]}"; do
    [[ ! -e $cgroup/memory.oom_control && ! -e $cgroup/memory.events ]] && continue
    while read -r key value; do
      [[ $key != oom_kill ]] || REPLY=$((REPLY + value))
    done < <(cat "$cgroup/memory.oom_control" "$cgroup/memory.events" 2>/dev/null)
  done
  if [[ -n $SCOPE ]]; then
    result=$(systemctl --user show -p Result --value "$SCOPE")
    [[ $result != oom-kill ]] || REPLY=1
  fi
}

# limits_remove: once all processes are gone, which takes a moment after a kill.
limits_remove() {
  local cgroup
  for cgroup in "${CGROUPS[@]}"; do
    for _ in {1..50}; do
      ! rmdir -- "$cgroup" 2>/dev/null || break
      sleep 0.05
    done
    [[ ! -d $cgroup ]] || say "$cgroup could not be removed"
  done
  CGROUPS=()
}
