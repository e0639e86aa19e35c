# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# Engine: Docker for a harness that starts containers: started, and open to the experiment's user.
# Its package is packages.sh's business.

readonly ENGINE_SECONDS=90

# start_engine: fails the attempt where no engine answers. Nothing here starts it but us (packages.sh, start_quietly).
start_engine() {
  [[ $GEN_TF_CONTAINERS == true ]] || return 0
  # Whoever may start containers is root on this machine: a harness says so by `containers = true`.
  usermod --append --groups docker "$GEN_TF_USER" || {
    fail provision "$GEN_TF_USER could not join the group docker (status $?)"
    return 0
  }
  if [[ -d /run/systemd/system ]]; then
    systemctl start docker.service || say "docker.service could not be started (status $?)"
  fi
  local deadline version
  uptime_cs
  deadline=$((REPLY + ENGINE_SECONDS * 100))
  until version=$(timeout 10 docker version --format '{{.Server.Version}}' 2>&1); do
    uptime_cs
    if [[ -n $TERMINATED ]] || ((REPLY >= deadline)); then
      fail provision "no container engine answers within $ENGINE_SECONDS s: $version"
      return 0
    fi
    pause 100
  done
  export GEN_TF_ENGINE=docker GEN_TF_ENGINE_VERSION="docker $version"
  say "$GEN_TF_ENGINE_VERSION answers"
}
