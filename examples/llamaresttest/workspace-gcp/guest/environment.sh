# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# Environment: facts about the machine that an outcome records, so that results can be compared.
# Facts that differ between two equal machines (names, addresses, free memory) have no place here.

declare -A FACTS=()

# fact NAME VALUE
fact() {
  FACTS[$1]=$2
}

# machine_facts: without starting a process but for one hash.
machine_facts() {
  local key value cpu_flags=''
  while IFS='=' read -r key value; do
    [[ $key != PRETTY_NAME ]] || fact os "${value//\"/}"
  done </etc/os-release
  read -r _ _ value _ </proc/version
  fact kernel "$value"
  fact arch "$HOSTTYPE"
  while IFS= read -r value; do
    case $value in
      'model name'*) fact cpu "${value#*: }" ;;
      flags* | Features*) cpu_flags=${value#*: } ;;
      '') break ;;
    esac
  done </proc/cpuinfo
  value=$(sha256sum <<<"$cpu_flags")
  fact cpu_flags_sha256 "${value%% *}"
  fact bash "$BASH_VERSION"
  fact gen_tf "$GEN_TF_VERSION"
  fact guest_sha256 "$GEN_TF_GUEST_SHA256"
  fact harness "$GEN_TF_HARNESS_NAME"
  [[ -z ${GEN_TF_ENGINE_VERSION:-} ]] || fact container_engine "$GEN_TF_ENGINE_VERSION"
  platform_facts
  local pair
  for pair in $GEN_TF_MODELS; do
    fact "model.${pair%=*}" "${pair##*=}"
  done
}

# software_facts: versions of what this cell needs, as lines of the journal, and the list of packages.
# It runs where the measurement runs, before the clock starts.
software_facts() {
  local command version
  local -A seen=()
  for command in $GEN_TF_TOOL_COMMANDS $GEN_TF_SERVICE_COMMANDS; do
    [[ -z ${seen[$command]:-} ]] || continue
    seen[$command]=yes
    case $command in
      python3 | node | npm) version=$("$command" --version 2>&1) || version=unknown ;;
      java) version=$(java -version 2>&1) || version=unknown ;;
      nginx) version=$(nginx -v 2>&1) || version=unknown ;;
      *) continue ;;
    esac
    journal fact "$command" "${version%%$'\n'*}"
  done
  mkdir -p "$GEN_TF_BOX/results/environment"
  if command -v dpkg-query >/dev/null; then
    dpkg-query -W >"$GEN_TF_BOX/results/environment/packages.txt"
  fi
}
