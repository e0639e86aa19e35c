#!/usr/bin/env bash
# Never listens.
set -euo pipefail

exec sleep 60
