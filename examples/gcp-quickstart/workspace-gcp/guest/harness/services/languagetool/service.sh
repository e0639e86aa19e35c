#!/usr/bin/env bash
# Runs LanguageTool's server with JaCoCo's agent inside, which hands out its data on port 6300.
# Beside it, it says on port 9002 when English is loaded, which the server does only at the first text.
set -euo pipefail

readonly SERVICE=http://127.0.0.1:9001

main() {
  local java=$GEN_TF_SETUP/service/java
  local -a agent=("$java"/coverage/lib/org.jacoco.agent-*-runtime.jar) options
  read -r -a options <<<"$GEN_TF_SETTING_LANGUAGETOOL_JAVA_OPTIONS"
  tell_when_warm &
  exec java "-javaagent:${agent[0]}=output=tcpserver,address=127.0.0.1,port=6300,includes=org.languagetool.*" \
    "${options[@]}" -cp "$java/lib/*" org.languagetool.server.HTTPServer --port 9001
}

# tell_when_warm: one text, not one poll after the other, as each request would load English again.
tell_when_warm() {
  local deadline=$((SECONDS + GEN_TF_READY_TIMEOUT))
  until curl -fsS -o /dev/null "$SERVICE/v2/healthcheck" 2>/dev/null; do
    ((SECONDS < deadline)) || exit 1
    sleep 0.1
  done
  curl -fsS -o /dev/null --max-time "$GEN_TF_READY_TIMEOUT" -d language=en-US -d 'text=This is ready.' "$SERVICE/v2/check"
  exec perl "$GEN_TF_HARNESS/services/languagetool/ready.pl" 9002
}

main "$@"
