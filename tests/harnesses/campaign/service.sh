#!/usr/bin/env bash
# Serves the folder, and dies when the service's name says so.
set -euo pipefail

# tool_has_begun: its first request is on record.
wait_for_tool() {
  until [[ -s $GEN_TF_WORK/requests.txt ]]; do
    sleep 0.02
  done
}

if ((GEN_TF_ATTEMPT == 1)); then
  case $GEN_TF_SERVICE in
    stillborn)
      sleep 0.$((RANDOM % 10))
      exit 7
      ;;
    mortal | late)
      python3 -m http.server --bind 127.0.0.1 --directory "$GEN_TF_SETUP/www" 9001 &
      wait_for_tool
      # In thousandths of a second; the tool has just begun.
      after=$((RANDOM % (GEN_TF_DURATION * 1000 - 500)))
      [[ $GEN_TF_SERVICE == mortal ]] || after=$((GEN_TF_DURATION * 1000 - 300 - RANDOM % 600))
      sleep "$(printf '%d.%03d' $((after / 1000)) $((after % 1000)))"
      kill $!
      exit 7
      ;;
  esac
fi
exec python3 -m http.server --bind 127.0.0.1 --directory "$GEN_TF_SETUP/www" 9001
