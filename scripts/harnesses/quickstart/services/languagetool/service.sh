#!/usr/bin/env bash
# Runs LanguageTool's server with JaCoCo's agent inside, which hands out its data on port 6300.
set -euo pipefail

main() {
  local java=$GEN_TF_SETUP/service/java
  local -a agent=("$java"/coverage/lib/org.jacoco.agent-*-runtime.jar)
  exec java "-javaagent:${agent[0]}=output=tcpserver,address=127.0.0.1,port=6300,includes=org.languagetool.*" \
    "-Xmx$GEN_TF_SETTING_LANGUAGETOOL_HEAP" -cp "$java/lib/*" org.languagetool.server.HTTPServer --port 9001
}

main "$@"
