# shellcheck shell=bash
# Places of a sandbox: its folder, its lock, its CPUs, its secrets; made and removed here, used by sandbox.sh.

# Variables that the guest and the clients of package registries need; everything else stays outside.
readonly KEEP='PATH HOME LANG LANGUAGE TZ XDG_CACHE_HOME JAVA_HOME JAVA8_HOME JAVA11_HOME RUSTUP_HOME RUSTUP_TOOLCHAIN PYENV_ROOT NVM_DIR
  http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY all_proxy
  SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE REQUESTS_CA_BUNDLE NODE_EXTRA_CA_CERTS GIT_SSL_CAINFO
  GOPROXY GOSUMDB GONOSUMDB GOFLAGS GEN_TF_LAUNCHER'
readonly KEEP_PREFIXES='LC_ PIP_ UV_ MAVEN_ CARGO_REGISTRIES_ CARGO_HTTP_ CARGO_NET_ NPM_CONFIG_ npm_config_'

check_values() {
  local name
  for name in ATTEMPT CPUS DEFINITION EXPERIMENT GUEST_SHA256 MACHINE MEMORY_BYTES RUN SERVICE SETUP_KEY STORE \
    STUDY TOOL WORKSPACE; do
    name=GEN_TF_$name
    [[ -n ${!name:-} ]] || die "$name is not set"
  done
  ((BASH_VERSINFO[0] >= 5)) || die "bash 5 or newer is needed, this is $BASH_VERSION"
  probe_missing
  [[ -z $MISSING ]] || die "missing commands:$MISSING"
}

find_workspace() {
  WORKSPACE=$(cd -- "${GEN_TF_WORKSPACE:?}" && pwd)
  SANDBOX=$WORKSPACE/.gen-tf/sandboxes/${GEN_TF_MACHINE:?}
  LOCK=$WORKSPACE/.gen-tf/locks/$GEN_TF_MACHINE
}

find_places() {
  find_workspace
  STORE=$GEN_TF_STORE
  [[ $STORE == /* ]] || STORE=$WORKSPACE/$STORE
  mkdir -p -- "$STORE" "$WORKSPACE"/.gen-tf/{sandboxes,locks}
  chmod 700 "$WORKSPACE/.gen-tf/sandboxes"
  STORE=$(cd -- "$STORE" && pwd)
}

# open_lock: on file descriptor 9, which the supervisor inherits and keeps for its life.
open_lock() {
  mkdir -p -- "${LOCK%/*}"
  exec 9>>"$LOCK"
}

# supervisor_lives [FOLDER]: true when the process that the folder names is still that process; its id is in SUPERVISOR.
supervisor_lives() {
  local started boot boot_now stat folder=${1:-$SANDBOX}
  local -a fields
  SUPERVISOR=''
  [[ -e $folder/pid ]] || return 1
  read -r SUPERVISOR started boot 2>/dev/null <"$folder/pid" || return 1
  read -r boot_now </proc/sys/kernel/random/boot_id
  [[ $boot == "$boot_now" ]] || return 1
  read -r stat 2>/dev/null <"/proc/$SUPERVISOR/stat" || return 1
  # Fields are counted behind the name, which may hold anything: state is the first, start time the twentieth.
  read -r -a fields <<<"${stat##*) }"
  [[ ${fields[0]} != [ZX] && ${fields[19]} == "$started" ]]
}

# check_secrets: before anything is made, so that a missing value leaves nothing behind.
check_secrets() {
  local pair variable
  for pair in ${GEN_TF_SECRETS:-}; do
    variable=${pair#*=}
    [[ -n ${!variable:-} ]] || die "secret ${pair%%=*}: the environment variable $variable is not set, or empty"
  done
}

make_sandbox() {
  mkdir -- "$SANDBOX"
  chmod 700 -- "$SANDBOX"
  mkdir -m 700 -- "$SANDBOX/secrets"
  printf '%s\n' "$GEN_TF_EXPERIMENT" >"$SANDBOX/experiment"
  printf '%s\n' "$GEN_TF_ATTEMPT" >"$SANDBOX/attempt"
  choose_cpus
  unpack_guest
  find_engine
  write_secrets
  write_attributes
}

# choose_cpus: those that the fewest live sandboxes use; under a lock, because many start at once. All sandboxes
# of a user are listed in one folder, because two studies on one machine must not share a CPU either.
choose_cpus() {
  local lock cpu link best chosen='' wanted=$GEN_TF_CPUS list=/tmp/gen-tf-$UID
  local -A users=()
  local -a cpus
  [[ -d $list ]] || mkdir -m 700 -- "$list" || [[ -d $list ]]
  [[ -O $list ]] || die "$list belongs to somebody else"
  exec {lock}>>"$list/lock"
  flock -w "$START_WAIT" "$lock" || die "$list/lock is held by somebody else"
  allowed_cpus
  for cpu in $REPLY; do
    users[$cpu]=0
  done
  for link in "$list"/*.sandbox; do
    # A folder without a pid is about to be served.
    if [[ ! -e $link/cpus ]] || { [[ -e $link/pid ]] && ! supervisor_lives "$link"; }; then
      rm -f -- "$link"
      continue
    fi
    IFS=',' read -r -a cpus <"$link/cpus"
    for cpu in "${cpus[@]}"; do
      [[ -z ${users[$cpu]:-} ]] || users[$cpu]=$((users[$cpu] + 1))
    done
  done
  while ((wanted > 0 && ${#users[@]} > 0)); do
    best=''
    for cpu in $REPLY; do
      [[ -n ${users[$cpu]:-} ]] || continue
      [[ -n $best ]] && ((users[$cpu] >= users[$best])) || best=$cpu
    done
    chosen+=,$best
    unset "users[$best]"
    wanted=$((wanted - 1))
  done
  printf '%s\n' "${chosen#,}" >"$SANDBOX/cpus"
  link=$(cksum <<<"$SANDBOX")
  ln -sfnT -- "$SANDBOX" "$list/${link%% *}.sandbox"
  exec {lock}>&-
}

# allowed_cpus: the CPUs that we may use, one by one, in REPLY.
allowed_cpus() {
  local key list part cpu
  local -a parts
  while read -r key list; do
    [[ $key != Cpus_allowed_list: ]] || break
  done </proc/self/status
  IFS=',' read -r -a parts <<<"$list"
  REPLY=''
  for part in "${parts[@]}"; do
    for ((cpu = ${part%-*}; cpu <= ${part#*-}; cpu++)); do
      REPLY+=" $cpu"
    done
  done
}

unpack_guest() {
  local archive=$WORKSPACE/guest.tar.gz sha256 object=$STORE/guest/$GEN_TF_GUEST_SHA256.tar.gz
  sha256=$(sha256sum <"$archive") || die "cannot read $archive"
  [[ ${sha256%% *} == "$GEN_TF_GUEST_SHA256" ]] || die "$archive is not what was rendered: its sha256 is ${sha256%% *}"
  if [[ ! -e $object ]]; then
    mkdir -p -- "$STORE/guest"
    cp -- "$archive" "$object#$$"
    mv -n -T -- "$object#$$" "$object"
    rm -f -- "$object#$$"
  fi
  mkdir -- "$SANDBOX/guest"
  tar -xzf "$archive" -C "$SANDBOX/guest"
}

# find_engine: only a harness that starts containers needs one.
ENGINE=''
find_engine() {
  grep -qx "GEN_TF_CONTAINERS='true'" "$SANDBOX/guest/study.env" || return 0
  probe_engine
  [[ -n $ENGINE ]] || die "this harness starts containers: $ENGINE_REMEDY"
}

# write_secrets: by printf, which is no process, so that no value is ever an argument.
write_secrets() {
  local pair variable
  for pair in ${GEN_TF_SECRETS:-}; do
    variable=${pair#*=}
    (umask 077 && printf '%s' "${!variable}" >"$SANDBOX/secrets/${pair%%=*}")
  done
}

write_attributes() {
  local name pair secrets=''
  for pair in ${GEN_TF_SECRETS:-}; do
    secrets+=" ${pair%%=*}"
  done
  {
    for name in ATTEMPT CPUS DEFINITION EXPERIMENT GUEST_SHA256 MACHINE MEMORY_BYTES MODELS RUN SERVICE SETUP_KEY TOOL; do
      name=GEN_TF_$name
      printf '%s=%q\n' "$name" "${!name:-}"
    done
    printf 'GEN_TF_STORE=%q\n' "$STORE"
    printf 'GEN_TF_SECRETS=%q\n' "${secrets# }"
    printf 'GEN_TF_LAUNCHER=%q\n' "$LAUNCHER"
    [[ -z $ENGINE ]] || printf 'GEN_TF_ENGINE=%q\nGEN_TF_ENGINE_SOCKET=%q\nGEN_TF_ENGINE_VERSION=%q\n' \
      "$ENGINE" "$ENGINE_SOCKET" "$ENGINE_FOUND"
  } >"$SANDBOX/attributes.env"
}

# clean_environment: nothing of Terraform's environment, secrets included, gets inside but what is listed.
clean_environment() {
  local name prefix keep
  for name in $(compgen -e); do
    keep=''
    [[ " ${KEEP//$'\n'/ } " != *" $name "* ]] || keep=yes
    for prefix in $KEEP_PREFIXES; do
      [[ $name != "$prefix"* ]] || keep=yes
    done
    [[ -n $keep ]] || unset "$name"
  done
  # rustup looks for its toolchains below HOME, which is another one inside.
  [[ -n ${RUSTUP_HOME:-} || ! -d $HOME/.rustup ]] || export RUSTUP_HOME=$HOME/.rustup
}

# remove_containers: what a supervisor that was killed has left with the engine, and where the guest could not.
remove_containers() {
  grep -qs '^GEN_TF_ENGINE=' "$SANDBOX/attributes.env" || return 0
  [[ -e $SANDBOX/guest/containers.sh ]] || return 0
  (
    # shellcheck source=/dev/null
    . "$SANDBOX/guest/study.env"
    # shellcheck source=/dev/null
    . "$SANDBOX/attributes.env"
    # shellcheck source=../../scripts/guest/containers.sh
    . "$SANDBOX/guest/containers.sh"
    say() { printf 'sandbox.sh: %s\n' "$1" >&2; }
    engine_outside
    containers_boot "$SANDBOX/box"
    containers_remove
  ) || die "containers of $GEN_TF_MACHINE are left: see that the container engine runs, and repeat this"
}

# remove_sandbox: with the lock held nobody serves it; after a kill, its processes may still be ending.
remove_sandbox() {
  local cgroup deadline=$((SECONDS + KILL_WAIT))
  [[ -e $SANDBOX ]] || return 0
  remove_containers
  while grep -qszxF "GEN_TF_SANDBOX=$SANDBOX" /proc/[0-9]*/environ; do
    ((SECONDS < deadline)) || die "processes of sandbox $GEN_TF_MACHINE do not end"
    sleep 0.05
  done
  if [[ -e $SANDBOX/cgroups ]]; then
    while read -r cgroup; do
      [[ $cgroup == /sys/fs/cgroup/*/gen-tf.* || $cgroup == /sys/fs/cgroup/gen-tf.* ]] || continue
      until [[ ! -d $cgroup ]] || rmdir -- "$cgroup"; do
        ((SECONDS < deadline)) || die "$cgroup cannot be removed"
        sleep 0.05
      done
    done <"$SANDBOX/cgroups"
  fi
  # An experiment may have taken its own rights away; then they are given back first.
  rm -rf -- "$SANDBOX" 2>/dev/null && return
  chmod -R u+rwX -- "$SANDBOX"
  rm -rf -- "$SANDBOX"
}
