# shellcheck shell=bash
# Probe: what this machine can do for sandboxes. It changes nothing; used by sandbox.sh, and by `gen-tf doctor`.

readonly NEEDED='cmp cp curl env find flock fallocate gzip hostname ip mount perl pivot_root setpriv setsid
  sha256sum tar taskset umount unshare xargs'

probe() {
  probe_missing
  printf 'missing commands: %s\n' "${MISSING:- none}"
  probe_launcher
  if [[ -n $LAUNCHER ]]; then
    printf 'user namespaces: %s\n' "$LAUNCHER"
  else
    printf 'user namespaces: no: %s\n' "$LAUNCHER_REMEDY"
  fi
  printf 'overlay: %s\n' "$(probe_overlay)"
  printf 'limits: %s\n' "$(probe_limits)"
  printf 'network: %s\n' "$(probe_network)"
}

# probe_missing: in MISSING, each with a space before it.
probe_missing() {
  local command
  MISSING=''
  for command in $NEEDED; do
    type -P "$command" >/dev/null || MISSING+=" $command"
  done
}

# The calls that enter.sh depends on, in a namespace that vanishes at once.
# shellcheck disable=SC2016 # the inner shell and perl expand
{
  readonly PROBE_MOUNTS='mount -t tmpfs probe /tmp && mkdir /tmp/proc && mount -t proc proc /tmp/proc &&
    ip link set lo up && perl -e "$PROBE_READ_ONLY"'
  readonly PROBE_READ_ONLY='my ($path, $attributes) = ("/tmp", pack "Q4", 1, 0, 0, 0);
    exit(syscall(442, -100, $path, 0x8000, $attributes, 32) == 0 ? 0 : 1)'
}

# probe_launcher: LAUNCHER is unshare or bwrap; empty when neither works, with the remedy in LAUNCHER_REMEDY.
# GEN_TF_LAUNCHER in the environment chooses one instead.
probe_launcher() {
  LAUNCHER=${GEN_TF_LAUNCHER:-}
  [[ -z $LAUNCHER ]] || return 0
  if env PROBE_READ_ONLY="$PROBE_READ_ONLY" unshare --user --map-root-user --mount --pid --fork --kill-child --ipc \
    --uts --net bash -c "$PROBE_MOUNTS" 2>/dev/null; then
    LAUNCHER=unshare
  elif type -P bwrap >/dev/null && bwrap --unshare-all --uid 0 --gid 0 --ro-bind / / --proc /proc --dev /dev \
    true 2>/dev/null; then
    LAUNCHER=bwrap
  elif [[ $(cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns 2>/dev/null) == 1 ]]; then
    LAUNCHER_REMEDY='AppArmor forbids user namespaces: install bubblewrap with its AppArmor profile, or run "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0"'
  else
    LAUNCHER_REMEDY='user namespaces are switched off: run "sudo sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000", or install bubblewrap'
  fi
}

probe_overlay() {
  local folder answer='no: every experiment gets a copy of its setup'
  folder=$(mktemp -d "${GEN_TF_WORKSPACE:-${TMPDIR:-/tmp}}/gen-tf-probe.XXXXXX")
  if (cd "$folder" && mkdir lower upper work merged && unshare --user --map-root-user --mount mount -t overlay \
    -o userxattr,lowerdir=lower,upperdir=upper,workdir=work overlay merged 2>/dev/null); then
    answer=yes
  fi
  chmod -R u+rwX "$folder"
  rm -rf -- "$folder"
  printf '%s\n' "$answer"
}

# The same order as the guest's platform/local/limits.sh.
probe_limits() {
  local controllers=''
  if [[ -w /sys/fs/cgroup/memory && -e /sys/fs/cgroup/memory/memory.limit_in_bytes ]]; then
    printf 'enforced (cgroup v1)\n'
  elif [[ -w /sys/fs/cgroup/cgroup.subtree_control ]]; then
    printf 'enforced (cgroup v2)\n'
  elif [[ -S /run/user/$UID/systemd/private ]] &&
    read -r controllers <"/sys/fs/cgroup/user.slice/user-$UID.slice/user@$UID.service/cgroup.controllers" &&
    [[ " $controllers " == *" memory "* ]]; then
    printf 'enforced (systemd --user)\n'
  else
    printf 'affinity-only: memory is not limited (log in through systemd, or run as root)\n'
  fi
}

probe_network() {
  if unshare --user --map-root-user --net ip link set lo up 2>/dev/null; then
    printf 'own loopback\n'
  elif type -P bwrap >/dev/null; then
    printf 'own loopback, by bwrap\n'
  else
    printf 'no\n'
  fi
}
