# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# What the repository calls things: the folders of the cell's tool and service, its ports and its addon.
# It decides nothing and starts nothing; everything follows from GEN_TF_TOOL and GEN_TF_SERVICE.

readonly REPOSITORY=$GEN_TF_SETUP/repository

# cell_tool: TOOL_FOLDER, where the repository's own tool.sh lies, relative to the repository.
cell_tool() {
  case $GEN_TF_TOOL in
    llamaresttest) TOOL_FOLDER=tool/llama/$GEN_TF_SERVICE ;;
    llamaresttest-ex) TOOL_FOLDER=tool/llama2/$GEN_TF_SERVICE ;;
    llamaresttest-ipd) TOOL_FOLDER=tool/llama3/$GEN_TF_SERVICE ;;
    arat-rl) TOOL_FOLDER=tool/arat/$GEN_TF_SERVICE ;;
    arat-nlp) TOOL_FOLDER=tool/arat/$GEN_TF_SERVICE-nlp ;;
    evomaster | resttestgen | schemathesis | tcases) TOOL_FOLDER=tool/$GEN_TF_TOOL/$GEN_TF_SERVICE ;;
    *) stop_here "this harness has no tool $GEN_TF_TOOL" ;;
  esac
}

# cell_service: PORT (the proxy's, as the API documents say), BACKEND (what the proxy speaks to) and ADDON.
cell_service() {
  ADDON=proxy.py
  case $GEN_TF_SERVICE in
    fdic) PORT=9001 BACKEND=https://banks.data.fdic.gov ;;
    genome-nexus) PORT=9002 BACKEND=http://127.0.0.1:50110 ;;
    language-tool) PORT=9003 BACKEND=http://127.0.0.1:50111 ;;
    ocvn) PORT=9004 BACKEND=http://127.0.0.1:50112 ;;
    ohsome) PORT=9005 BACKEND=https://api.ohsome.org ;;
    omdb) PORT=9006 BACKEND=https://omdbapi.com/ ADDON=omdb.py ;;
    rest-countries) PORT=9007 BACKEND=https://restcountries.com ;;
    spotify) PORT=9008 BACKEND=https://api.spotify.com ADDON=spotify.py ;;
    youtube) PORT=9009 BACKEND=http://127.0.0.1:8080 ;;
    *) stop_here "this harness has no service $GEN_TF_SERVICE" ;;
  esac
}

# is_local: whether the service is a JVM on this machine; the others are sites of other people.
is_local() {
  case $GEN_TF_SERVICE in
    genome-nexus | language-tool | ocvn | youtube) return 0 ;;
    *) return 1 ;;
  esac
}

# cell_jvm: of a local service, all relative to the repository: BUILD_FOLDER (Maven's top), RUN_FOLDER (where the JVM
# starts, and leaves the exec file of that name), CLASSES_FOLDER (whose classes count as covered).
cell_jvm() {
  case $GEN_TF_SERVICE in
    genome-nexus)
      BUILD_FOLDER=services/genome-nexus
      RUN_FOLDER=services
      CLASSES_FOLDER=services/genome-nexus
      ;;
    language-tool)
      BUILD_FOLDER=services/emb
      RUN_FOLDER=services/emb/em/embedded/rest/languagetool
      CLASSES_FOLDER=services/emb/cs/rest/original/languagetool
      ;;
    ocvn)
      BUILD_FOLDER=services/emb
      RUN_FOLDER=services/emb/em/embedded/rest/ocvn
      CLASSES_FOLDER=services/emb/cs/rest-gui/ocvn
      ;;
    youtube)
      BUILD_FOLDER=services/youtube
      RUN_FOLDER=services/youtube
      CLASSES_FOLDER=services/youtube
      ;;
  esac
}

# stop_here MESSAGE: ends the script; the message is the last line of its log.
stop_here() {
  printf '%s\n' "$1" >&2
  exit 1
}
