#!/usr/bin/env bash
# Boots a system with its own systemd in a container that shares the network of a fake VM, and waits for its end.
# usage: boot.sh ROOTFS FOLDER PID NAME — PID is a process of the fake VM; everything is written below FOLDER.
# Run it in a mount namespace of its own, so that its mounts end with it.
set -euo pipefail

main() {
  local rootfs=$1 folder=$2 pid=$3 name=$4 root=$2/root
  mkdir -p "$folder"/{root,upper,work}
  mount -t overlay -o "lowerdir=$rootfs,upperdir=$folder/upper,workdir=$folder/work" overlay "$root"
  cp "/proc/$pid/root/etc/hosts" "$root/etc/hosts"
  cat "/proc/$pid/root/usr/local/share/ca-certificates/fake-gcp.crt" >>"$root/etc/ssl/certs/ca-certificates.crt"
  printf '%s\n' "$name" >"$root/etc/hostname"
  mkdir -p "$root/var/log/journal"
  # A cgroup of its own, where systemd-nspawn puts two more.
  local group=/sys/fs/cgroup/systemd/$name
  [[ ! -d /sys/fs/cgroup/systemd ]] || {
    mkdir -p "$group"
    printf '%d\n' $$ >"$group/cgroup.procs"
  }
  exec systemd-nspawn --quiet --boot --register=no --keep-unit --resolv-conf=off --console=pipe \
    --capability=CAP_NET_ADMIN --network-namespace-path="/proc/$pid/ns/net" --machine="$name" --directory="$root"
}

main "$@"
