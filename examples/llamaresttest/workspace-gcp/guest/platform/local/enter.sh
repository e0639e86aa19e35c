#!/usr/bin/env bash
# Enter: the first process of new namespaces makes the root that an experiment lives in, and becomes the guest.
# The host's folders are there, read-only; what may be written is the sandbox's own. The network is loopback.
# Works in the sandbox's folder with relative names, because mount options cannot hold every path.
set -euo pipefail

main() {
  mount -t tmpfs -o nosuid,nodev,mode=755,size=16m gen-tf root
  host_folders
  device_folder
  # Everything so far becomes read-only, with all mounts below (mount_setattr, recursive).
  read_only root
  own_folders
  setup_folder
  system_folders
  [[ $GEN_TF_ENTRY == build ]] || ip link set lo up
  hostname localhost
  change_root
  exec bash "/gen-tf/guest/$GEN_TF_ENTRY.sh"
}

host_folders() {
  local entry
  local -a folders=() links=()
  for entry in /*; do
    case $entry in
      /proc | /sys | /dev | /tmp | /run | /gen-tf) continue ;;
    esac
    if [[ -L $entry ]]; then
      links+=("$entry")
    elif [[ -d $entry ]]; then
      folders+=("$entry")
    fi
  done
  mkdir -p root/{proc,sys,dev,tmp,run,gen-tf,old} "${folders[@]/#/root}"
  ((${#links[@]} == 0)) || cp -P -- "${links[@]}" root/
  for entry in "${folders[@]}" /sys; do
    mount --rbind -- "$entry" "root$entry"
  done
}

# device_folder: the few devices that programs expect. A device node on a read-only mount can still be written.
device_folder() {
  local device
  local -a devices=(null zero full random urandom tty)
  mount -t tmpfs -o nosuid,mode=755,size=1m dev root/dev
  (
    cd root/dev
    mkdir shm pts
    touch "${devices[@]}"
    ln -s /proc/self/fd fd
    ln -s fd/0 stdin
    ln -s fd/1 stdout
    ln -s fd/2 stderr
    ln -s pts/ptmx ptmx
  )
  for device in "${devices[@]}"; do
    mount --bind "/dev/$device" "root/dev/$device"
  done
}

read_only() {
  perl -e '
    my ($at_fdcwd, $recursive, $read_only) = (-100, 0x8000, 1);
    # struct mount_attr: set, clear, propagation, user namespace; the number of the call is the same everywhere.
    my $attributes = pack "Q4", $read_only, 0, 0, 0;
    exit(syscall(442, $at_fdcwd, $ARGV[0], $recursive, $attributes, 32) == 0 ? 0 : die "mount_setattr: $!\n")
  ' "$1"
}

own_folders() {
  mount --bind box root/gen-tf
  mount -o bind,ro guest root/gen-tf/guest
  mount -o bind,ro box/models root/gen-tf/models
  mount -o bind,ro box/secrets root/gen-tf/secrets
  mount --bind tmp root/tmp
  mount --bind var-tmp root/var/tmp
}

# setup_folder: a build fills the folder itself; an experiment writes above it, and leaves it as it is.
setup_folder() {
  if [[ $GEN_TF_ENTRY == build ]]; then
    mount --bind lower/ root/gen-tf/setup
    mount --bind build-work root/gen-tf/work
    mount --bind "$GEN_TF_CACHE_FOLDER" root/gen-tf/cache
    return 0
  fi
  mkdir -p overlay/{upper,work}
  if mount -t overlay -o userxattr,lowerdir=lower,upperdir=overlay/upper,workdir=overlay/work \
    overlay root/gen-tf/setup; then
    return 0
  fi
  printf 'this file system cannot carry an overlay: the setup is copied\n'
  cp -a --reflink=auto lower/. box/setup/
}

system_folders() {
  mount -t proc -o nosuid,nodev,noexec proc root/proc
  # Where the host's own root runs us, these files would still be its to write.
  local name
  for name in sys sysrq-trigger irq bus; do
    [[ ! -e root/proc/$name ]] || mount -o bind,ro "root/proc/$name" "root/proc/$name"
  done
  mount -t tmpfs -o nosuid,nodev,mode=755,size=64m run root/run
  mount -t tmpfs -o nosuid,nodev,mode=1777 shm root/dev/shm
  mount -t devpts -o nosuid,noexec,newinstance,ptmxmode=0666,mode=620 devpts root/dev/pts
  [[ -z ${GEN_TF_ENGINE_INSIDE:-} ]] || engine_socket
  [[ $GEN_TF_ENTRY == build ]] || return 0
  # The name service's own file often lies below /run.
  local names
  names=$(readlink -f /etc/resolv.conf)
  if [[ $names == /run/* && -e $names ]]; then
    mkdir -p "root${names%/*}"
    touch "root$names"
    mount -o bind,ro "$names" "root$names"
  fi
}

# engine_socket: a path to the engine outside, which starts containers beside this sandbox and not in it.
engine_socket() {
  mkdir -p "root${GEN_TF_ENGINE_INSIDE%/*}"
  touch "root$GEN_TF_ENGINE_INSIDE"
  mount --bind -- "$GEN_TF_ENGINE_SOCKET" "root$GEN_TF_ENGINE_INSIDE"
}

change_root() {
  cd root
  pivot_root . old
  umount -l /old
  cd /
}

main "$@"
