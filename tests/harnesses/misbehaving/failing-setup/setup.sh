#!/usr/bin/env bash
# Fails as a package manager does.
set -euo pipefail

printf 'no such package: something 1.0\n' >&2
exit 9
