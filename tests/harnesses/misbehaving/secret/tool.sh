#!/usr/bin/env bash
# Checks its secret, and scatters it in every spelling.
set -euo pipefail

secret=$GEN_TF_SECRETS_DIR/api-key
state=changed
sum=$(sha256sum <"$secret")
[[ $sum != adf8196108725373f56b1aea553d1c4d8b1863c03ac116569ee8e6dfb268e272* ]] || state=intact
printf '%s\n%s\n' "$state" "${LAB_API_KEY-unset}" >>"$GEN_TF_WORK/requests.txt"
cat "$secret"
python3 - "$secret" >"$GEN_TF_WORK/spellings.txt" <<'PYTHON'
import base64, json, sys, urllib.parse
value = open(sys.argv[1]).read()
print(value, json.dumps(value), json.dumps({"header": json.dumps(value)}))
print(urllib.parse.quote(value), urllib.parse.quote(value, safe=""), urllib.parse.urlencode({"key": value}))
print(base64.b64encode(value.encode()).decode())
PYTHON
mkdir -p "$GEN_TF_RESULTS/binary"
{ printf '\0\1\2'; cat "$secret"; printf '\0'; } >"$GEN_TF_RESULTS/binary/data"
exec sleep 60
