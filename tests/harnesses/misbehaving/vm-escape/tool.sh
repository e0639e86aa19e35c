#!/usr/bin/env bash
# Writes down what holds it, and leaves a daemon behind that no mark and no group gives away.
set -euo pipefail

cat /proc/self/cgroup >>"$GEN_TF_WORK/requests.txt"
(env -i setsid sleep 300 </dev/null >/dev/null 2>&1 &)
exec sleep 60
