#!/usr/bin/env bash
# Never ends, and neither does its daemon.
set -euo pipefail

(setsid sleep 300 </dev/null >/dev/null 2>&1 &)
sleep 300
