#!/usr/bin/env bash
# Fails.
set -euo pipefail

exit 5
