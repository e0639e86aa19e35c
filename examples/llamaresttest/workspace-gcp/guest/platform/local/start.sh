#!/usr/bin/env bash
# Start: the last step on the host's side: into the limits, then into new namespaces.
# Works in the sandbox's folder; what it needs is in the environment.
set -euo pipefail

main() {
  # Our parent may have died before setpriv asked to die with it.
  [[ $PPID == "$GEN_TF_SUPERVISOR" ]] || exit 1
  local cgroup
  if [[ $GEN_TF_ENTRY == measure ]]; then
    for cgroup in $GEN_TF_CGROUPS; do
      printf '%d\n' $$ >"$cgroup/cgroup.procs"
    done
  fi
  # Names of the host that mean nothing inside.
  unset XDG_CACHE_HOME XDG_RUNTIME_DIR TMPDIR
  "with_$GEN_TF_LAUNCHER"
}

with_unshare() {
  local -a command=(unshare --user --map-root-user --mount --pid --fork --kill-child --ipc --uts)
  [[ $GEN_TF_ENTRY == build ]] || command+=(--net)
  command+=(bash guest/platform/local/enter.sh)
  in_scope "${command[@]}"
}

# with_bwrap: the same root as enter.sh makes, where only bwrap may make user namespaces.
with_bwrap() {
  local entry
  local -a command=(bwrap --unshare-user --unshare-ipc --unshare-pid --unshare-uts --uid 0 --gid 0
    --die-with-parent --as-pid-1 --hostname localhost --chdir /gen-tf/work)
  [[ $GEN_TF_ENTRY == build ]] || command+=(--unshare-net)
  for entry in /*; do
    case $entry in
      /proc | /sys | /dev | /tmp | /run | /gen-tf) continue ;;
    esac
    if [[ -L $entry ]]; then
      command+=(--symlink "$(readlink -- "$entry")" "$entry")
    elif [[ -d $entry ]]; then
      command+=(--ro-bind "$entry" "$entry")
    fi
  done
  command+=(--ro-bind /sys /sys --dev /dev --remount-ro /dev --tmpfs /dev/shm --proc /proc --ro-bind /proc/sys /proc/sys
    --ro-bind-try /proc/sysrq-trigger /proc/sysrq-trigger --tmpfs /run --bind tmp /tmp --bind var-tmp /var/tmp --bind box /gen-tf --ro-bind box/models /gen-tf/models --ro-bind box/secrets /gen-tf/secrets
    --ro-bind guest /gen-tf/guest)
  if [[ $GEN_TF_ENTRY == build ]]; then
    command+=(--bind lower /gen-tf/setup --bind build-work /gen-tf/work --bind "$GEN_TF_CACHE_FOLDER" /gen-tf/cache)
  else
    cp -a --reflink=auto lower/. box/setup/
  fi
  [[ -z ${GEN_TF_ENGINE_INSIDE:-} ]] || command+=(--bind "$GEN_TF_ENGINE_SOCKET" "$GEN_TF_ENGINE_INSIDE")
  in_scope "${command[@]}" --remount-ro / bash "/gen-tf/guest/$GEN_TF_ENTRY.sh"
}

# in_scope COMMAND…: the user's own systemd sets the limits where we may not.
in_scope() {
  [[ -z $GEN_TF_SCOPE || $GEN_TF_ENTRY == build ]] || set -- systemd-run --user --scope --quiet --unit="$GEN_TF_SCOPE" \
    -p "MemoryMax=$GEN_TF_MEMORY_BYTES" -p MemorySwapMax=0 -p TasksMax=4096 -- "$@"
  exec "$@"
}

main "$@"
