#!/usr/bin/env bash
# Runs the repository's own tool.sh of this cell once, in its folder, with the environment that it expects.
# It loops for 3600 s by itself. A longer budget starts it again, from nothing, as its own loop starts the tool again.
# Whatever the tool finds is no failure; a loop that ends before its time is one.
set -euo pipefail
shopt -s inherit_errexit

readonly LOOP_SECONDS=${GEN_TF_LOOP_SECONDS:-3600}

main() {
  # shellcheck source=setup/cell.sh
  . "$GEN_TF_HARNESS/setup/cell.sh"
  # shellcheck source=setup/java.sh
  . "$GEN_TF_HARNESS/setup/java.sh"
  cell_tool
  prepare
  check_memory
  cd -- "$REPOSITORY/$TOOL_FOLDER"
  local begin=$SECONDS status=0
  # What is started with & ignores the interrupt, which only we are to hear: bash's own loop would survive it where the
  # tool catches it, and go on sending requests.
  trap end INT
  sample_every_minute &
  bash ./tool.sh &
  wait $! || status=$?
  printf "the repository's tool.sh has ended with status %d after %d s\n" "$status" $((SECONDS - begin))
  ((SECONDS - begin >= LOOP_SECONDS)) || exit 1
  trap '' TERM
  kill -TERM 0
}

# end: the budget is spent. The repository ends its hour by killing the terminal, and everything in it, at once.
end() {
  trap '' TERM
  kill -TERM 0
  wait
  exit 0
}

# prepare: what the repository's tool.sh calls: `python` and `schemathesis` of the tool's own environment, `java`, `mvn`.
prepare() {
  # Like a terminal, line by line: what stands in a buffer is lost with the kill.
  export PYTHONUNBUFFERED=1
  export PATH=$GEN_TF_SETUP/tool/venv/bin:$PATH
  if tool_java; then
    use_java "$REPLY"
  fi
  case $GEN_TF_TOOL in
    llamaresttest*) check_cpu ;;
    tcases) offline_maven ;;
  esac
}

# offline_maven: all that it needs was fetched by setup.sh, and in the tool's time it fetches nothing.
offline_maven() {
  mkdir -p "$HOME/.m2"
  printf '<settings><localRepository>%s</localRepository><offline>true</offline></settings>\n' \
    "$GEN_TF_SETUP/tool/m2" >"$HOME/.m2/settings.xml"
}

# check_cpu: the model's runtime was compiled for features that an old CPU lacks, where it would die of it again and again.
check_cpu() {
  local feature
  [[ $GEN_TF_SETTING_LLAMA_CMAKE_ARGS != *AVX2=OFF* ]] || return 0
  for feature in avx avx2 fma f16c; do
    grep -qw "$feature" "${GEN_TF_CPUINFO:-/proc/cpuinfo}" ||
      stop_here "this CPU has no $feature: choose another machine type, or compile without it (setting llama_cmake_args)"
  done
}

# check_memory: both models are loaded whole, whichever the tool uses.
check_memory() {
  [[ $GEN_TF_TOOL == llamaresttest* ]] || return 0
  local file bytes=$((2 << 30))
  for file in ex ipd; do
    [[ -s $REPOSITORY/$file.gguf ]] || stop_here "the model $file.gguf is not there"
    bytes=$((bytes + $(stat --dereference --format=%s "$REPOSITORY/$file.gguf")))
  done
  ((bytes <= GEN_TF_MEMORY_BYTES)) ||
    stop_here "both models and the service need about $((bytes >> 20)) MiB of memory; this machine has $((GEN_TF_MEMORY_BYTES >> 20)) MiB"
}

# sample_every_minute: coverage so far, so that a service that dies has lost one minute. The first start of the tool
# names the minutes; later ones go on counting.
sample_every_minute() {
  is_local || return 0
  local minute=0 name
  shopt -s nullglob
  local -a taken=("$GEN_TF_WORK"/coverage/minute-*.exec)
  minute=${#taken[@]}
  while sleep "${GEN_TF_SAMPLE_SECONDS:-60}"; do
    minute=$((minute + 1))
    printf -v name 'minute-%03d' "$minute"
    bash "$GEN_TF_HARNESS/sample.sh" "$name" || printf 'no coverage of minute %d\n' "$minute"
  done
}

main "$@"
