#!/usr/bin/env bash
# Installs what the cell needs of the system and the guest's own list does not name: a JDK 8 or 11, Docker's engine
# running for two services. As root, on Google Cloud only; it builds nothing of the repository.
set -euo pipefail
shopt -s inherit_errexit

main() {
  local part
  for part in cell java lib; do
    # shellcheck source=/dev/null
    . "$GEN_TF_HARNESS/setup/$part.sh"
  done
  install_jdks
  case $GEN_TF_SERVICE in
    genome-nexus) start_docker "$GEN_TF_SETTING_GN_MONGO_IMAGE" ;;
    ocvn) start_docker "$GEN_TF_SETTING_OCVN_MONGO_IMAGE" mongo:3.2 ;;
  esac
}

# install_jdks: from the distribution where it has them (Ubuntu), else the archive that the study names.
install_jdks() {
  local major
  for major in $(needed_jdks); do
    if has_package "openjdk-$major-jdk-headless"; then
      bash "$GEN_TF_GUEST/platform/gcp/apt.sh" 600 "openjdk-$major-jdk-headless"
    else
      install_temurin "$major"
    fi
  done
}

needed_jdks() {
  {
    case $GEN_TF_SERVICE in
      youtube) echo 11 ;;
      language-tool | genome-nexus | ocvn) echo 8 ;;
    esac
    case $GEN_TF_TOOL in
      evomaster | resttestgen | tcases) echo 11 ;;
    esac
  } | sort -un
}

has_package() {
  [[ -n $(apt-cache pkgnames "$1") ]]
}

# install_temurin MAJOR: to where find_java looks.
install_temurin() {
  local url=GEN_TF_SETTING_TEMURIN$1_URL sum=GEN_TF_SETTING_TEMURIN$1_SHA256 archive=$GEN_TF_CACHE/temurin-$1.tar.gz
  local folder=$JVM_FOLDER/temurin-$1-jdk-amd64
  [[ -n ${!url} && -n ${!sum} ]] ||
    stop_here "this image's distribution has no JDK $1: use Ubuntu 22.04, or give the settings temurin$1_url and temurin$1_sha256"
  download "${!url}" "${!sum}" "$archive"
  mkdir -p "$folder"
  tar -xzf "$archive" -C "$folder" --strip-components=1 --no-same-owner
  rm -f -- "$archive"
}

# start_docker IMAGE [NAME]: pulled here, where a failure is one of provisioning, and not in the wait for the service.
start_docker() {
  # Testcontainers 1.15.2 speaks an API that Docker Engine 29 and newer refuse unless they are told.
  systemctl set-environment DOCKER_MIN_API_VERSION=1.24
  systemctl restart docker.service
  usermod --append --groups docker "$GEN_TF_USER"
  tries docker pull --quiet "$1" ||
    stop_here "$1 could not be pulled; Docker Hub allows few pulls an hour from one address: let the setting name a copy in a registry of your own"
  [[ $# == 1 || $1 == "$2" ]] || docker tag "$1" "$2"
}

main "$@"
