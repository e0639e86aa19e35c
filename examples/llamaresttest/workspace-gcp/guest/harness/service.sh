#!/usr/bin/env bash
# Runs the service of this experiment in the foreground, as the repository's run_service.py starts it, with JaCoCo's
# agent listening on port 6300. What is somebody else's site needs no process; one stays here in its place.
set -euo pipefail
shopt -s inherit_errexit

main() {
  # shellcheck source=setup/cell.sh
  . "$GEN_TF_HARNESS/setup/cell.sh"
  # shellcheck source=setup/java.sh
  . "$GEN_TF_HARNESS/setup/java.sh"
  cell_service
  if ! is_local; then
    printf '%s is a site: nothing is started\n' "$BACKEND"
    exec sleep infinity
  fi
  cell_jvm
  service_java
  use_java "$REPLY"
  "$JAVA_HOME/bin/java" -version
  mkdir -p "$GEN_TF_WORK/coverage"
  cd -- "$REPOSITORY/$RUN_FOLDER"
  "start_${GEN_TF_SERVICE//-/_}"
}

# jvm ARGUMENT…: becomes the service. The agent writes no file of its own: its data are asked for, every minute and at
# the end, so that a JVM that is killed has lost one minute and not all.
jvm() {
  local -a options=()
  read -r -a options <<<"$GEN_TF_SETTING_JAVA_OPTIONS"
  exec "$JAVA_HOME/bin/java" \
    "-javaagent:$REPOSITORY/org.jacoco.agent-0.8.7-runtime.jar=output=tcpserver,address=127.0.0.1,port=6300" \
    "${options[@]}" "$@"
}

start_youtube() {
  jvm -cp "target/classes:target/test-classes:$(<cp.txt)" youtube.api.Application
}

start_language_tool() {
  jvm -cp "target/classes:target/test-classes:$(<cp.txt)" em.embedded.org.languagetool.RunServer
}

# start_ocvn: it starts its MongoDB itself, by Testcontainers. The API that it asks Docker for is an old one.
start_ocvn() {
  local classes=$REPOSITORY/services/emb/cs/rest-gui/ocvn/web/target/classes
  jvm -cp "target/classes:target/test-classes:$JAVA_HOME/jre/lib/rt.jar:$classes:$(<cp.txt)" \
    em.embedded.org.devgateway.ocvn.RunServer
}

# start_genome_nexus: its MongoDB first, because the service reads it when it starts.
start_genome_nexus() {
  local deadline=$((SECONDS + 600))
  if docker container inspect gn-mongo >/dev/null 2>&1; then
    docker rm --force gn-mongo
  fi
  docker run --detach --name gn-mongo --publish 127.0.0.1:27018:27017 "$GEN_TF_SETTING_GN_MONGO_IMAGE"
  until mongo_answers; do
    ((SECONDS < deadline)) || stop_here "gn-mongo does not answer within 600 s"
    sleep 2
  done
  jvm -jar ./genome-nexus/web/target/web-0-unknown-version-SNAPSHOT.war
}

# mongo_answers: the client's name depends on the image.
mongo_answers() {
  docker exec gn-mongo sh -c \
    'client=$(command -v mongosh || command -v mongo) && "$client" --quiet --eval "db.adminCommand(\"ping\").ok"'
}

main "$@"
