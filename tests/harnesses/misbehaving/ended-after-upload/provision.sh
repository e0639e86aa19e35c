#!/usr/bin/env bash
# Puts a sha256sum in the place of the system's that ends as a shutdown would end it, after the upload of the results.
set -euo pipefail

cat >/usr/local/bin/sha256sum <<'SHIM'
#!/bin/sh
if [ -e /gen-tf/state/uploaded ]; then
  kill -TERM $$
fi
exec /usr/bin/sha256sum "$@"
SHIM
chmod 0755 /usr/local/bin/sha256sum
