# shellcheck shell=bash
# Installs the one tool of the cell, and proves that its command can be started: a tool that ends at once would spin
# in the repository's loop for an hour and send nothing.

# build_tool
build_tool() {
  cell_tool
  [[ -e $REPOSITORY/$TOOL_FOLDER/tool.sh ]] || stop_here "the repository has no $TOOL_FOLDER/tool.sh"
  mkdir -p "$GEN_TF_SETUP/tool"
  case $GEN_TF_TOOL in
    llamaresttest*) install_llama ;;
    arat-*) install_python arat ;;
    schemathesis) install_schemathesis ;;
    evomaster) install_evomaster ;;
    resttestgen) install_resttestgen ;;
    tcases) install_tcases ;;
  esac
}

# install_python NAME [LINE…]: the repository's requirements, without the model's runtime, and more lines.
install_python() {
  local name=$1 wanted=$GEN_TF_WORK/requirements.txt
  shift
  {
    # The file's last line has no end. Nothing but the one package may be left out.
    printf '%s\n' "$(grep -v '^llama-cpp-python' "$REPOSITORY/requirements.txt")"
    (($# == 0)) || printf '%s\n' "$@"
  } >"$wanted"
  part "$name" "$GEN_TF_SETUP/tool/venv" environment "$HARNESS_SETUP/python/tools.constraints.txt" "$wanted"
  "$GEN_TF_SETUP/tool/venv/bin/pip" freeze --disable-pip-version-check | sort >"$GEN_TF_SETUP/tool/packages.txt"
  run_python 'import prance, requests, rstr' || stop_here "the repository's Python packages cannot be loaded"
}

run_python() {
  "$GEN_TF_SETUP/tool/venv/bin/python" -c "$1"
}

# install_schemathesis: newer ones know none of the flags (0 requests), and with a newer hypothesis this one sends next to nothing.
install_schemathesis() {
  local flags
  install_python schemathesis schemathesis==3.39.16 hypothesis==6.131.0
  flags=$("$GEN_TF_SETUP/tool/venv/bin/schemathesis" run --help)
  [[ $flags == *--hypothesis-database* && $flags == *--validate-schema* ]] ||
    stop_here "this schemathesis does not know the flags of the repository's tool.sh"
  version schemathesis 3.39.16
}

# install_llama: compiled, for the same CPU features on every machine, because the setup is built on one for all.
install_llama() {
  export CMAKE_ARGS=$GEN_TF_SETTING_LLAMA_CMAKE_ARGS
  install_python "llama-$(sha256sum <<<"$CMAKE_ARGS" | cut -c 1-8)" "$(grep '^llama-cpp-python' "$REPOSITORY/requirements.txt")"
  run_python 'import llama_cpp' || stop_here "llama-cpp-python cannot be loaded"
  # The tools open ../../../ex.gguf: the repository's own folder. The models come with each experiment.
  ln -sfn -- "$GEN_TF_MODELS_DIR/ex.gguf" "$REPOSITORY/ex.gguf"
  ln -sfn -- "$GEN_TF_MODELS_DIR/ipd.gguf" "$REPOSITORY/ipd.gguf"
}

# install_evomaster: a release download, which no registry has.
install_evomaster() {
  tool_java
  local archive=$GEN_TF_WORK/evomaster.jar.zip
  download "$GEN_TF_SETTING_EVOMASTER_URL" "$GEN_TF_SETTING_EVOMASTER_SHA256" "$archive"
  python3 -m zipfile -e "$archive" "$REPOSITORY"
  rm -f -- "$archive"
  [[ -s $REPOSITORY/evomaster.jar ]] || stop_here "$GEN_TF_SETTING_EVOMASTER_URL holds no evomaster.jar"
  version evomaster "$(sha256sum <"$REPOSITORY/evomaster.jar")"
}

# install_resttestgen: the repository's Gradle wrapper, which fetches Gradle 6.7 and does not run on JDK 17.
install_resttestgen() {
  tool_java
  use_java "$REPLY"
  part "resttestgen-${COMMIT:0:12}" "$REPOSITORY/tool/resttestgen/build" build_resttestgen
  [[ -s $REPOSITORY/tool/resttestgen/build/install/resttestgen-framework/bin/resttestgen-framework ]] ||
    stop_here "Gradle has left no resttestgen-framework"
}

build_resttestgen() (
  cd -- "$REPOSITORY/tool/resttestgen" || exit 1
  export GRADLE_USER_HOME=$GEN_TF_CACHE/gradle
  # Nothing may stay behind: no daemon.
  tries bash ./gradlew --no-daemon --console=plain install
)

# install_tcases: its `mvn clean test` would fetch its plugins in the tool's time, so they are fetched here, by the same
# command on one test that does nothing.
install_tcases() {
  tool_java
  use_java "$REPLY"
  [[ -s $REPOSITORY/tool/tcases/lib/icu4j-64.2.jar ]] || stop_here "the repository's tool/tcases/lib is incomplete"
  part tcases "$GEN_TF_SETUP/tool/m2" fetch_tcases "$REPOSITORY/$TOOL_FOLDER/pom.xml"
}

# fetch_tcases TARGET POM
fetch_tcases() (
  local folder=$GEN_TF_WORK/tcases
  mkdir -p "$folder/src/test/java/tcases"
  cp -- "$2" "$folder/pom.xml"
  cp -- "$HARNESS_SETUP/tcases/NothingTest.java" "$folder/src/test/java/tcases/"
  cd -- "$folder" || exit 1
  tries mvn --batch-mode --quiet "-Dmaven.repo.local=$1" clean test
  # Notes about where each file came from would bind them to the mirror of the machine that has built this.
  find "$1" -name _remote.repositories -delete
)
