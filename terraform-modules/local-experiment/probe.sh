# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
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
  probe_engine
  printf 'containers: %s\n' "${ENGINE_FOUND:-no: $ENGINE_REMEDY}"
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

# probe_engine: ENGINE is docker or podman, its socket in ENGINE_SOCKET, what it says of itself in ENGINE_FOUND; all
# empty when there is none, with the remedy in ENGINE_REMEDY. A sandbox reaches the engine by a socket's path alone.
probe_engine() {
  local host version
  ENGINE='' ENGINE_SOCKET='' ENGINE_FOUND=''
  ENGINE_REMEDY='only harnesses that start containers, such as restgym, need Docker Engine or Podman (with podman.socket)'
  if type -P docker >/dev/null && version=$(timeout 10 docker version --format '{{.Server.Version}}' 2>/dev/null); then
    host=${DOCKER_HOST:-$(docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null)}
    use_engine docker "$host" "$version" || ENGINE_REMEDY="Docker Engine is reached by $host: it must be on this machine, by a socket (unset DOCKER_HOST)"
  elif type -P docker >/dev/null && [[ -S /var/run/docker.sock ]]; then
    ENGINE_REMEDY='Docker does not answer: start it (sudo systemctl start docker), or join its group (sudo adduser YOU docker) and log in again'
  fi
  [[ -z $ENGINE ]] && type -P podman >/dev/null || return 0
  host=${CONTAINER_HOST:-$(timeout 10 podman info --format 'unix://{{.Host.RemoteSocket.Path}}' 2>/dev/null)}
  if version=$(timeout 10 podman --url "$host" version --format '{{.Server.Version}}' 2>/dev/null); then
    use_engine podman "$host" "$version" || ENGINE_REMEDY="Podman is reached by $host: it must be on this machine, by a socket"
  else
    ENGINE_REMEDY='Podman has no socket: run "systemctl --user start podman.socket"'
  fi
}

# use_engine NAME HOST VERSION: false when the host is no socket of this machine.
use_engine() {
  # Some versions of Podman say unix:// themselves.
  local socket=${2#unix://}
  socket=${socket#unix://}
  [[ -S $socket ]] || return 1
  ENGINE=$1 ENGINE_SOCKET=$socket ENGINE_FOUND="$1 $3"
}
