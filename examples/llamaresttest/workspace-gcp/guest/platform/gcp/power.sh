#!/usr/bin/env bash
# Power: switches the machine off. The disk stays, because stopping a VM deletes nothing.
set -euo pipefail

main() {
  if [[ -d /run/systemd/system ]]; then
    exec systemctl --no-block poweroff
  fi
  exec poweroff
}

main "$@"
