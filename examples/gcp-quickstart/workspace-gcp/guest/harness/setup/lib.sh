# shellcheck shell=bash
# What the setups of tools and services share: parts that are built once, Python environments, jars.
# Registries are the user's own: pip's, Maven's and cargo's configuration is read where it is, never copied.

readonly HARNESS_SETUP=$GEN_TF_HARNESS/setup

# part NAME TARGET BUILD [FILE…]: leaves the folder TARGET as `BUILD TARGET FILE…` makes it, building it only once.
# Whatever the part depends on must be in FILEs or in NAME; the machine is taken care of.
# TARGET has the same path in every setup, so that a copy of a Python environment works like the original.
part() {
  local name=$1 target=$2 build=$3 kept lock
  shift 3
  kept=$GEN_TF_CACHE/parts/$name-$(part_key "$@")
  mkdir -p "$GEN_TF_CACHE/parts"
  exec {lock}>"$kept.lock"
  flock "$lock"
  if [[ -d $kept ]]; then
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

# part_key [FILE…]: the files, and what the machine lends to a part: its libraries, its Python.
part_key() {
  {
    uname -m
    cat /etc/os-release
    ! type -P python3 >/dev/null || python3 -c 'import sys; print(sys.base_prefix, sys.version)'
    cat "$HARNESS_SETUP/lib.sh" "$@"
  } | sha256sum | cut -c 1-16
}

# locked_environment TARGET LOCK: a virtual environment with exactly the packages of the lock, wheels where the lock does not say otherwise.
# --no-deps because the lock is complete: what it does not name is not wanted.
locked_environment() {
  local config
  for config in "${GEN_TF_HOST_HOME:-}"/.config/pip/pip.conf "${GEN_TF_HOST_HOME:-}"/.pip/pip.conf; do
    [[ -n ${PIP_CONFIG_FILE:-} || ! -r $config ]] || export PIP_CONFIG_FILE=$config
  done
  python3 -m venv "$1"
  "$1/bin/pip" install --quiet --no-input --disable-pip-version-check --cache-dir "$GEN_TF_CACHE/pip" \
    --only-binary :all: --no-deps -r "$2"
}

# python_service TARGET: the environment of the service, and what measures its coverage.
python_service() {
  local target=$1 lock_file=$HARNESS_SETUP/services/$GEN_TF_SERVICE/requirements.lock
  mkdir -p "$target"
  part "$GEN_TF_SERVICE" "$target/venv" locked_environment "$lock_file"
  cp -- "$HARNESS_SETUP/python/gunicorn.conf.py" "$HARNESS_SETUP/python/coverage_report.py" "$target/"
  "$target/venv/bin/python" "$target/coverage_report.py" index "$GEN_TF_SERVICE" "$target/coverage.index"
}

# jars TARGET POM [OPTION…]: what the POM depends on, as files.
jars() {
  local target=$1 pom=$2 settings=${GEN_TF_HOST_HOME:-}/.m2/settings.xml lock
  local -a options=()
  shift 2
  [[ ! -r $settings ]] || options=(--settings "$settings")
  mkdir -p "$GEN_TF_CACHE/m2"
  # Maven's repository is not made for several writers.
  exec {lock}>"$GEN_TF_CACHE/m2.lock"
  flock "$lock"
  mvn --quiet --batch-mode "${options[@]}" "-Dmaven.repo.local=$GEN_TF_CACHE/m2" --file "$pom" "$@" \
    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
    -DincludeScope=runtime "-DoutputDirectory=$target"
  exec {lock}>&-
}

# java_coverage TARGET PREFIX JARS: JaCoCo, and the index of the classes below PREFIX in the folder JARS.
java_coverage() {
  local target=$1 prefix=$2 folder=$3
  mkdir -p "$target/classes"
  part jacoco "$target/lib" jars "$HARNESS_SETUP/java/pom.xml"
  javac -cp "$target/lib/*" -d "$target/classes" "$HARNESS_SETUP/java/Coverage.java"
  java -cp "$target/classes:$target/lib/*" Coverage index "$target" "$prefix" "$folder"/*.jar
}
