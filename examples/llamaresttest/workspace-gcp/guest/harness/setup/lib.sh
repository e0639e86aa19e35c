# shellcheck shell=bash
# What the setups of tools and services share: parts that are built once, downloads, Python environments, Maven.
# Registries are the user's own: pip's and Maven's configuration is read where it is, never copied.

readonly HARNESS_SETUP=$GEN_TF_HARNESS/setup

# part NAME TARGET BUILD [FILE…]: leaves the folder TARGET as `BUILD TARGET FILE…` makes it, building it only once.
# Whatever the part depends on must be in FILEs or in NAME; the machine is taken care of.
# TARGET has the same path in every setup, so that a copy works like the original.
# One part at a time, because Maven's repository is not made for several writers.
part() {
  local name=$1 target=$2 build=$3 kept lock
  shift 3
  kept=$GEN_TF_CACHE/parts/$name-$(part_key "$@")
  mkdir -p "$GEN_TF_CACHE/parts"
  exec {lock}>"$GEN_TF_CACHE/parts.lock"
  flock "$lock"
  if [[ -d $kept ]]; then
    printf '%s was built before\n' "$name"
    rm -rf -- "$target"
    cp -a --reflink=auto -- "$kept" "$target"
  else
    printf 'building %s\n' "$name"
    "$build" "$target" "$@"
    rm -rf -- "$kept.partial"
    cp -a --reflink=auto -- "$target" "$kept.partial"
    mv -T -- "$kept.partial" "$kept"
  fi
  exec {lock}>&-
}

# part_key [FILE…]: the files, what the machine lends to a part, and the JDK in use.
part_key() {
  {
    uname -m
    cat /etc/os-release
    printf '%s\n' "${JAVA_HOME:-}"
    python3 -c 'import sys; print(sys.base_prefix, sys.version)'
    cat -- "$HARNESS_SETUP"/*.sh "$@"
  } | sha256sum | cut -c 1-16
}

# tries COMMAND…: three times, because registries and builds on demand have bad moments.
tries() {
  local try pause=${GEN_TF_TRY_PAUSE:-10}
  for try in 1 2 3; do
    if "$@"; then
      return 0
    fi
    printf 'try %d of 3 has failed: %s\n' "$try" "$*" >&2
    ((try == 3)) || sleep $((pause * try))
  done
  return 1
}

# download URL SHA256 FILE: the file is there only with the right bytes.
download() {
  local sum
  tries curl -fsSL --retry 2 -o "$3.partial" -- "$1" || stop_here "$1 could not be downloaded"
  sum=$(sha256sum <"$3.partial")
  if [[ ${sum%% *} != "$2" ]]; then
    rm -f -- "$3.partial"
    stop_here "$1 has the sha256 ${sum%% *}, not $2"
  fi
  mv -T -- "$3.partial" "$3"
}

# maven ARGUMENT…: with the local repository of all setups.
maven() {
  tries mvn --batch-mode --quiet "-Dmaven.repo.local=$GEN_TF_CACHE/m2" "$@"
}

# environment TARGET CONSTRAINTS REQUIREMENTS: a virtual environment. Constraints pin what they name, for each
# version of Python; what an older Python needs besides comes unpinned.
environment() {
  python3 -m venv "$1"
  tries "$1/bin/pip" install --quiet --no-input --disable-pip-version-check --cache-dir "$GEN_TF_CACHE/pip" \
    -r "$3" -c "$2"
}

# version WORD…: a line of what the setup consists of.
version() {
  printf '%s\n' "$*" >>"$GEN_TF_SETUP/versions.txt"
}
