# shellcheck shell=bash
# Builds the one service of the cell by Maven, and takes along the jars of its class path.
# Sites of other people need nothing.

# build_service
build_service() {
  is_local || return 0
  cell_jvm
  service_java
  local java=$REPLY
  (
    use_java "$java"
    mkdir -p "$GEN_TF_SETUP/service"
    part "$GEN_TF_SERVICE-${COMMIT:0:12}" "$REPOSITORY/$BUILD_FOLDER" "build_${GEN_TF_SERVICE//-/_}"
  )
  list_classes
}

# build_youtube TARGET: and the same for the others. What the repository says, for one module alone.
build_youtube() {
  cd -- "$1" || exit 1
  maven -DskipTests clean install dependency:build-classpath -Dmdep.outputFile=cp.txt
  take_jars cp.txt
}

build_language_tool() {
  build_emb "$1" em/embedded/rest/languagetool
}

build_ocvn() {
  build_emb "$1" em/embedded/rest/ocvn
}

build_genome_nexus() {
  # version.sh names the file after the checkout unless there is none, and after this variable.
  unset PROJECT_VERSION
  cd -- "$1" || exit 1
  maven -DskipTests clean install
  [[ -s web/target/web-0-unknown-version-SNAPSHOT.war ]] ||
    stop_here "the build of genome-nexus has left no web/target/web-0-unknown-version-SNAPSHOT.war"
}

# build_emb TARGET MODULE
build_emb() {
  cd -- "$1" || exit 1
  maven -DskipTests --projects "$2" --also-make clean install
  cd -- "$2" || exit 1
  maven dependency:build-classpath -Dmdep.outputFile=cp.txt
  take_jars cp.txt
}

# take_jars FILE: the class path's jars lie in a cache that an experiment does not see. They are copied beside
# FILE, into the built tree, and FILE names the copies.
take_jars() {
  local from=$GEN_TF_CACHE/m2 path copies=''
  local -a paths=()
  # The file has no end of line, which is no failure.
  IFS=: read -r -a paths <"$1" || ((${#paths[@]} > 0)) || stop_here "the class path is empty: $PWD/$1"
  for path in "${paths[@]}"; do
    [[ $path == "$from"/* ]] || stop_here "the class path names $path, which is outside of $from"
    path=jars/${path#"$from"/}
    mkdir -p "${path%/*}"
    cp -- "$from/${path#jars/}" "$path"
    copies+=:$PWD/$path
  done
  printf '%s' "${copies#:}" >"$1"
}

# list_classes: the folders that JaCoCo's report reads, as the repository's collect.py finds them.
list_classes() {
  find "$REPOSITORY/$CLASSES_FOLDER" -type d -path '*/target/classes' | sort >"$GEN_TF_SETUP/service/classes.txt"
  [[ -s $GEN_TF_SETUP/service/classes.txt ]] || stop_here "the build of $GEN_TF_SERVICE has left no classes"
}
