#!/bin/sh
# Looks from inside an image that has at least one of four programs: does URL answer, and does PORT listen?
# usage: probe.sh URL PORT. Any status but 503 is an answer: few services have something at their root.
# It opens no connection to PORT. Plain sh, because an image need not have more.
set -eu

url=$1
port=$2

ask_with_python() {
  python3 - "$url" <<'PYTHON'
import sys, urllib.error, urllib.request
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
try:
    print(opener.open(sys.argv[1], timeout=5).status)
except urllib.error.HTTPError as error:
    print(error.code)
except OSError as error:
    print(error, file=sys.stderr)
PYTHON
}

ask_with_bash() {
  bash -c '
    exec 3<>"/dev/tcp/${1%:*}/${1##*:}" || exit 0
    printf "GET %s HTTP/1.0\r\nHost: %s\r\n\r\n" "$2" "$1" >&3
    read -r -t 5 _ status _ <&3 && echo "$status"
  ' bash "$1" "$2"
}

status_of_answer() {
  rest=${url#http://}
  if command -v curl >/dev/null; then
    curl -s --noproxy '*' -m 5 -o /dev/null -w '%{http_code}' "$url"
  elif command -v wget >/dev/null; then
    wget -S -T 5 -O /dev/null "$url" 2>&1 | sed -n 's,^ *HTTP/[0-9.]* \([0-9]*\).*,\1,p' | head -n 1
  elif command -v python3 >/dev/null; then
    ask_with_python
  elif command -v bash >/dev/null; then
    ask_with_bash "${rest%%/*}" "/${rest#*/}"
  else
    echo "the image has neither curl, wget, python3 nor bash" >&2
  fi
}

# A failure to ask is no answer yet.
status=$(status_of_answer) || status=''
case $status in
  [1-5][0-9][0-9]) ;;
  *)
    echo "$url does not answer"
    exit 1
    ;;
esac
if [ "$status" = 503 ]; then
  echo "$url answers 503"
  exit 1
fi
# State 0A is "listening".
if ! grep -qs "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$port") [0-9A-F]*:0000 0A " /proc/net/tcp /proc/net/tcp6; then
  echo "nobody listens on port $port"
  exit 1
fi
