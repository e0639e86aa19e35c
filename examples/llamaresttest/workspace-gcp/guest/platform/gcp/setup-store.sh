# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# Setup store: a setup is built once per setup key, packed, and put into the store; every other experiment
# unpacks the same bytes. Who builds it works on what was unpacked again only if somebody else was first.

# setup_from_store: fills /gen-tf/setup.
setup_from_store() {
  local key=setup/$GEN_TF_SETUP_KEY.tar.gz pack=$GEN_TF_BOX/state/setup.tar.gz
  if platform_exists "$key"; then
    unpack_setup "$key" "$pack"
    return 0
  fi
  if [[ -e $GUEST/harness/setup.sh ]]; then
    say "building the setup $GEN_TF_SETUP_KEY"
    platform_within_fuse "$GEN_TF_SETUP_DEADLINE" $((GEN_TF_READY_TIMEOUT + GEN_TF_DURATION + 1800))
    local seconds=$REPLY
    watch_step "$seconds" start_step "$GEN_TF_USER" "$GUEST/build.sh"
    # A build may leave servers behind that would go on beside the measurement.
    kill_user
    step_verdict setup setup.sh "$seconds" || return 0
    fresh_work
  fi
  put_setup "$key" "$pack"
}

# fresh_work: an experiment that has built finds the same as one that has unpacked.
fresh_work() {
  empty_folders "$GEN_TF_BOX/work" "$GEN_TF_BOX/cache"
  platform_as_user mkdir -p "$GEN_TF_BOX/work/home"
}

# put_setup KEY PACK: whoever loses the race takes the winner's bytes, so that all experiments of a study have
# the same, and results stay comparable.
put_setup() {
  local status=0
  if ! tar -C "$GEN_TF_BOX/setup" --sort=name --numeric-owner -cf - . | gzip -4 >"$2"; then
    fail setup "the setup could not be packed"
    return 0
  fi
  platform_put_once "$1" "$2" || status=$?
  case $status in
    0) rm -f -- "$2" ;;
    1)
      say "another machine has built the same setup first: using that one"
      empty_folders "$GEN_TF_BOX/setup"
      unpack_setup "$1" "$2"
      ;;
    *) fail setup "the setup could not be put into the store" ;;
  esac
}

# unpack_setup KEY PACK
unpack_setup() {
  if ! platform_get "$1" "$2"; then
    fail setup "the setup could not be fetched from the store"
  elif ! tar -C "$GEN_TF_BOX/setup" --same-owner --preserve-permissions -xzf "$2"; then
    fail setup "the setup could not be unpacked"
  else
    chown -R "$GEN_TF_USER:" -- "$GEN_TF_BOX/setup"
  fi
  rm -f -- "$2"
}
