#!/usr/bin/env bash
# Tries what an experiment must not be able to do, and says what it found.
set -euo pipefail

# rights_of FILE…: whether any of them can be written.
rights_of() {
  local file
  for file in "$@"; do
    if { printf 'x' >"$file"; } 2>/dev/null; then
      printf 'writable\n'
      return
    fi
  done
  printf 'read-only\n'
}

network() {
  ip -o -4 address | awk '{ print $2 }' | sort -u | tr '\n' ' '
}

main() {
  local first swappiness
  printf 'host folders: %s\n' "$(rights_of /x /etc/x /usr/x /var/x /opt/x /home/x /sys/x /dev/x "$GEN_TF_GUEST/x")"
  printf 'x' >/tmp/x
  printf 'x' >/var/tmp/x
  printf 'x' >/run/x
  printf 'x' >"$GEN_TF_SETUP/x"
  printf 'x' >"$GEN_TF_RESULTS/x"
  printf 'x' >"$HOME/x"
  printf 'own folders: writable\n'
  swappiness=$(</proc/sys/vm/swappiness)
  if { printf '%s' "$swappiness" >/proc/sys/vm/swappiness; } 2>/dev/null; then
    printf 'system settings: writable\n'
  else
    printf 'system settings: read-only\n'
  fi
  first=$(network)
  printf 'network: %s\n' "${first% }"
  first=$(tr '\0' '\n' </proc/1/cmdline | tail -n 1)
  printf 'first process: %s\n' "${first##*/}"
  if [[ -e $GEN_TF_STORE ]]; then
    printf "host's tmp: seen\n"
  else
    printf "host's tmp: hidden\n"
  fi
  printf 'shared memory: %s\n' "$(rights_of /dev/shm/x)"
  printf 'user: %s\n' "$(id -u)"
  printf 'name: %s\n' "$(hostname)"
}

main >"$GEN_TF_WORK/requests.txt"
exec sleep 60
