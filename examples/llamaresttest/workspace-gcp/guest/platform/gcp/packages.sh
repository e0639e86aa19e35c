# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# Packages: what an image of Debian or Ubuntu lacks for this cell, and what it does that would disturb.
# Other images are refused, because nobody has tried them.

# What may disturb the hour: package managers and housekeeping that start by themselves.
readonly DISTURBERS=(apt-daily.timer apt-daily-upgrade.timer unattended-upgrades.service man-db.timer dpkg-db-backup.timer
  e2scrub_all.timer fstrim.timer logrotate.timer motd-news.timer fwupd-refresh.timer update-notifier-download.timer
  update-notifier-motd.timer ua-timer.timer apport-autoreport.timer snapd.snap-repair.timer plocate-updatedb.timer)
# A package manager that is at work already may go on for this long, in seconds.
readonly LOCK_SECONDS=600
# All of provision together, in seconds since the guest began.
readonly PROVISION_SECONDS=1500

# check_image: reads /etc/os-release from its input, and says what is wrong with any other image.
check_image() {
  local key value id='' version='' pretty=''
  while IFS='=' read -r key value; do
    value=${value//\"/}
    case $key in
      ID) id=$value ;;
      VERSION_ID) version=$value ;;
      PRETTY_NAME) pretty=$value ;;
    esac
  done
  OS=$id:$version
  case $OS in
    debian:12 | debian:13 | ubuntu:22.04 | ubuntu:24.04) return 0 ;;
  esac
  fail provision "this image is $pretty; gen-tf can provision Debian 12 and 13 and Ubuntu 22.04 and 24.04"
  return 1
}

# wait_for_clock: a clock that is set in the middle of a run makes labels wrong, and certificates seem too old.
CLOCK=unknown
readonly CLOCK_SECONDS=60
wait_for_clock() {
  [[ -d /run/systemd/system ]] || return 0
  if ! systemctl --quiet is-active chrony.service systemd-timesyncd.service ntp.service ntpsec.service; then
    say "nothing here sets the clock"
    return 0
  fi
  local deadline
  uptime_cs
  deadline=$((REPLY + CLOCK_SECONDS * 100))
  while :; do
    CLOCK=unsynchronized
    [[ $(timedatectl show -p NTPSynchronized --value) != yes ]] || CLOCK=synchronized
    uptime_cs
    if [[ $CLOCK == synchronized || -n $TERMINATED ]] || ((REPLY >= deadline)); then
      break
    fi
    pause 100
  done
  say "the clock is $CLOCK"
}

# keep_quiet: for this boot only. What is at work already is not cut off: the package manager's lock is waited for.
keep_quiet() {
  [[ -d /run/systemd/system ]] || return 0
  local unit rest
  local -a units=()
  while read -r unit rest; do
    units+=("$unit")
  done < <(systemctl list-unit-files --no-legend --no-pager "${DISTURBERS[@]}")
  ((${#units[@]} > 0)) || return 0
  systemctl mask --runtime --now --no-block "${units[@]}" || say "not everything that may disturb could be masked"
}

# needed_commands: what the guest and this cell call.
needed_commands() {
  local command engine=''
  [[ $GEN_TF_CONTAINERS != true ]] || engine=docker
  for command in curl perl ip tar gzip find setpriv flock nft $engine $GEN_TF_TOOL_COMMANDS $GEN_TF_SERVICE_COMMANDS; do
    printf '%s\n' "$command"
  done
}

# package_of COMMAND: in REPLY; empty when it is the harness's business.
package_of() {
  case $1 in
    curl | perl | tar | gzip | git | jq | tmux | unzip | make | cmake | maven | sqlite3 | npm) REPLY=$1 ;;
    ip) REPLY=iproute2 ;;
    nft) REPLY=nftables ;;
    find) REPLY=findutils ;;
    setpriv | flock) REPLY=util-linux ;;
    python3) REPLY='python3 python3-venv' ;;
    pip3) REPLY=python3-pip ;;
    node) REPLY=nodejs ;;
    mvn) REPLY=maven ;;
    nginx) REPLY=nginx-light ;;
    docker)
      REPLY=docker.io
      # Debian 13 has the client in a package of its own.
      [[ $OS != debian:13 ]] || REPLY='docker.io docker-cli'
      ;;
    cc | gcc | g++) REPLY=build-essential ;;
    cargo | rustc) REPLY="cargo rustc" ;;
    go) REPLY=golang-go ;;
    java | javac)
      REPLY=openjdk-17-jdk-headless
      # Debian 13 has no 17; who needs a certain one installs it in the harness's provision.sh.
      [[ $OS != debian:13 ]] || REPLY=openjdk-21-jdk-headless
      ;;
    *) REPLY='' ;;
  esac
}

install_packages() {
  local command
  local -a packages=(ca-certificates)
  while read -r command; do
    command -v "$command" >/dev/null && continue
    package_of "$command"
    read -r -a packages <<<"${packages[*]} $REPLY"
  done < <(needed_commands)
  if [[ -e /etc/ssl/certs/ca-certificates.crt ]] && ((${#packages[@]} == 1)); then
    say "every package is there already"
    return 0
  fi
  say "installing: ${packages[*]}"
  start_quietly
  local try
  for try in 1 2 3 4; do
    provision_left
    watch_step "$REPLY" start_logged provision "$GUEST/platform/gcp/apt.sh" "$LOCK_SECONDS" "${packages[@]}"
    if [[ -n $TERMINATED || -n $OVERDUE ]] || ((STEP_STATUS == 0)); then
      break
    fi
    say "the packages could not be installed (status $STEP_STATUS), try $try"
    pause_before "$((try + 2))"
  done
  stop_quietly
  step_verdict provision "installing packages" "$PROVISION_SECONDS" || return 0
}

# provision_left: seconds, in REPLY.
provision_left() {
  uptime_cs
  REPLY=$((PROVISION_SECONDS - (REPLY - BOOT_CS) / 100))
  ((REPLY > 0)) || REPLY=1
}

# start_quietly: a package's own service (nginx on port 80, docker) starts only where a harness wants it.
POLICY=/usr/sbin/policy-rc.d
start_quietly() {
  [[ ! -e $POLICY ]] || {
    POLICY=''
    return 0
  }
  printf '#!/bin/sh\nexit 101\n' >"$POLICY"
  chmod 0755 "$POLICY"
}

stop_quietly() {
  [[ -z $POLICY ]] || rm -f -- "$POLICY"
}

# run_provision_script: the harness's own, as root, after the packages.
run_provision_script() {
  [[ -e $GUEST/harness/provision.sh ]] || return 0
  say "running the harness's provision.sh"
  provision_left
  watch_step "$REPLY" start_logged provision "$GUEST/platform/gcp/provision.sh"
  step_verdict provision provision.sh "$PROVISION_SECONDS" || return 0
}

# check_commands: names what is still missing.
check_commands() {
  local command missing=''
  while read -r command; do
    command -v "$command" >/dev/null || missing+=" $command"
  done < <(needed_commands)
  [[ -z $missing ]] || fail provision "missing commands:$missing (install them in the harness's provision.sh)"
}
