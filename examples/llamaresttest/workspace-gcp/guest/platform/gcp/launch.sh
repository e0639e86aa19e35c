#!/usr/bin/env bash
# Launch: starts main.sh apart from the startup script, which ends then; the machine is up only when it has.
# It does not wait for main.sh, and does nothing where main.sh runs already. Whatever way main.sh ends, also
# killed, the machine is powered off: nobody pays for a VM without a guest.
set -euo pipefail

main() {
  local guest
  guest=$(cd -- "${BASH_SOURCE[0]%/*}/../.." && pwd)
  if [[ -d /run/systemd/system ]]; then
    launch_unit "$guest"
  else
    # Descriptor 3 is the runner's pipe, which would wait for us.
    setsid flock -n /run/gen-tf.lock bash "$guest/platform/gcp/session.sh" "$guest" 3>&- &
  fi
}

# launch_unit GUEST: nothing here waits for a job, because the startup script holds up the end of the boot.
launch_unit() {
  if systemctl is-active --quiet gen-tf.service; then
    printf 'gen-tf.service runs already\n'
    return 0
  fi
  # KillMode=mixed: at a shutdown main.sh alone is told, and stops its helpers when it has delivered.
  # After=…: what it needs to deliver is stopped later than it.
  systemd-run --no-block --collect --unit=gen-tf --description='gen-tf: one attempt of one experiment' \
    --property=KillMode=mixed --property=TimeoutStopSec=90 --property=OOMScoreAdjust=-900 \
    --property='After=network.target network-online.target docker.service nss-lookup.target' \
    --property="ExecStopPost=-/bin/bash $1/platform/gcp/power.sh" \
    --setenv=HOME=/root --setenv=LANG=C.UTF-8 \
    -- /bin/bash "$1/main.sh" /gen-tf 3>&-
}

main "$@"
