# shellcheck shell=bash
# What the quickstart needs of a machine: looks for everything before anything is done, and names what is missing
# at once, with the command to type. As root it installs the two small Debian packages itself.

# Commands, each with the Debian package that has it.
readonly COMMANDS=(
  awk:mawk cc:gcc curl:curl flock:util-linux ip:iproute2 nginx:nginx-light perl:perl-base setpriv:util-linux
  setsid:util-linux sha256sum:coreutils tar:tar taskset:util-linux unshare:util-linux
)
OLDEST_RUST=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$ROOT/Cargo.toml")
readonly OLDEST_RUST OLDEST_PYTHON=3.11 OLDEST_JAVA=17

check_needs() {
  local -a packages=() advice=()
  [[ $(uname -s) == Linux ]] || advice+=("Linux: sandboxes are made of its namespaces")
  missing_packages
  if ((${#packages[@]} > 0)) && install_small; then
    packages=()
    missing_packages
  fi
  check_rust
  check_python
  check_java
  if ((${#packages[@]} + ${#advice[@]} == 0)); then
    printf '   everything is there\n'
    return
  fi
  printf 'This machine lacks:\n' >&2
  ((${#packages[@]} == 0)) ||
    printf '  programs; type: sudo apt-get install --no-install-recommends %s\n' "${packages[*]}" >&2
  ((${#advice[@]} == 0)) || printf '  %s\n' "${advice[@]}" >&2
  exit 1
}

# missing_packages: adds the packages of missing commands to the caller's `packages`, each once.
missing_packages() {
  local entry package
  for entry in "${COMMANDS[@]}"; do
    package=${entry#*:}
    [[ " ${packages[*]:-} " != *" $package "* ]] || continue
    type -P "${entry%%:*}" >/dev/null || packages+=("$package")
  done
}

# install_small: true when it has installed what is missing, which it does as root and only nginx-light and iproute2.
install_small() {
  local package
  ((EUID == 0)) && type -P apt-get >/dev/null || return 1
  for package in "${packages[@]}"; do
    [[ $package == nginx-light || $package == iproute2 ]] || return 1
  done
  printf '   installing %s (Debian packages)\n' "${packages[*]}"
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${packages[@]}" >/dev/null
  # Debian starts a web server with the package; only the program is wanted.
  if [[ " ${packages[*]} " == *" nginx-light "* && -d /run/systemd/system ]]; then
    systemctl disable --quiet --now nginx.service
  fi
}

check_rust() {
  local version=''
  ! type -P cargo >/dev/null || version=$(cargo --version | cut -d ' ' -f 2)
  at_least "$OLDEST_RUST" "$version" ||
    advice+=("Rust $OLDEST_RUST or newer (found: ${version:-none}); see https://rustup.rs, or: rustup update stable")
}

check_python() {
  local version=''
  if type -P python3 >/dev/null; then
    version=$(python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  fi
  if ! at_least "$OLDEST_PYTHON" "$version"; then
    advice+=("Python $OLDEST_PYTHON or newer (found: ${version:-none}); type: sudo apt-get install python3 python3-venv")
  elif ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    packages+=(python3-venv)
  fi
}

check_java() {
  local version=''
  if type -P javac >/dev/null && type -P java >/dev/null; then
    version=$(javac -version 2>&1 | cut -d ' ' -f 2)
  fi
  at_least "$OLDEST_JAVA" "$version" ||
    advice+=("a JDK, Java $OLDEST_JAVA or newer (found: ${version:-none}); type: sudo apt-get install default-jdk-headless")
  type -P mvn >/dev/null || packages+=(maven)
}

# at_least OLDEST VERSION: true when VERSION is not empty and not older.
at_least() {
  [[ -n $2 ]] && printf '%s\n%s\n' "$1" "$2" | sort -C -V
}
