#!/usr/bin/env bash
# Moves what is kept into $GEN_TF_RESULTS after everything has stopped, under the names that the repository's own
# collect.py reads: log-<service>.txt, jacoco<port>.exec, <port>.csv; and sums them up in requests.json and coverage.json.
# It takes what there is before it looks at it, so that an experiment that failed can be understood.
# An experiment without requests, or without coverage above the idle service, fails here: no tool's exit code tells it.
set -euo pipefail
shopt -s inherit_errexit nullglob

main() {
  # shellcheck source=setup/cell.sh
  . "$GEN_TF_HARNESS/setup/cell.sh"
  # shellcheck source=setup/java.sh
  . "$GEN_TF_HARNESS/setup/java.sh"
  cell_service
  cell_tool
  cd -- "$GEN_TF_RESULTS"
  keep . "$GEN_TF_WORK"/proxy/{requests.jsonl,log-*.txt}
  keep_output
  keep_coverage
  keep . "$GEN_TF_SETUP"/{versions.txt,tool/packages.txt}
  keep_document
  redact_token
  perl "$GEN_TF_HARNESS/proxy/requests.pl" "$GEN_TF_SERVICE" requests.jsonl >requests.json
  ! is_local || report_coverage
}

# keep FOLDER [PATH…]: what is not there is not moved.
keep() {
  local folder=$1 path
  shift
  for path; do
    [[ ! -e $path ]] || {
      mkdir -p "$folder"
      mv -- "$path" "$folder/"
    }
  done
}

# keep_document: the one by whose paths the repository's collect.py counts.
keep_document() {
  local document=$REPOSITORY/specs/openapi_json/$GEN_TF_SERVICE.json
  [[ ! -e $document ]] || cp -- "$document" openapi.json
}

# keep_output: the tool's own output folder, at its place below the repository. Some tools have none, and EvoMaster
# writes its own at the end only, which the end of the budget forestalls.
keep_output() {
  local folder=$REPOSITORY/$TOOL_FOLDER
  keep "$TOOL_FOLDER" "$folder"/{output,tcases-api-test.log}
  [[ $GEN_TF_TOOL != evomaster ]] || keep "$TOOL_FOLDER" "$folder/src"
  keep "$TOOL_FOLDER/target" "$folder/target/surefire-reports"
}

# keep_coverage: all samples; the last one also under the repository's name for it.
keep_coverage() {
  keep coverage "$GEN_TF_WORK"/coverage/*.exec
  local -a minutes=(coverage/minute-*.exec)
  LAST=coverage/final.exec
  # A service that has died has left its last minute.
  [[ -s $LAST || ${#minutes[@]} -eq 0 ]] || LAST=${minutes[-1]}
  [[ ! -s $LAST ]] || cp -- "$LAST" "jacoco$PORT.exec"
}

# redact_token: the access token was made in this experiment, so that nobody else knows what to look for.
redact_token() {
  local token=$GEN_TF_WORK/proxy/spotify-token
  [[ -s $token ]] || return 0
  find . -type f -print0 | perl "$GEN_TF_GUEST/redact.pl" "$token"
}

# report_coverage: the repository's report of the end, and the same of the idle service to compare it with.
report_coverage() {
  service_java
  use_java "$REPLY"
  java_versions
  report coverage/idle.exec idle.csv
  report "jacoco$PORT.exec" "$PORT.csv"
  perl "$GEN_TF_HARNESS/coverage/coverage.pl" idle.csv "$PORT.csv" "${LAST#coverage/}" >coverage.json
}

# report EXEC CSV
report() {
  local class
  local -a classes=()
  while read -r class; do
    classes+=(--classfiles "$class")
  done <"$GEN_TF_SETUP/service/classes.txt"
  "$JAVA_HOME/bin/java" -jar "$REPOSITORY/org.jacoco.cli-0.8.7-nodeps.jar" report "$1" "${classes[@]}" --csv "$2"
}

java_versions() {
  "$JAVA_HOME/bin/java" -version 2>&1 | sed 's/^/service /' >>versions.txt
  if tool_java; then
    "$REPLY/bin/java" -version 2>&1 | sed 's/^/tool /' >>versions.txt
  fi
}

main "$@"
