# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# Prepare: everything before the measurement: boot, claim, provision, setup, inputs, secrets.
# How each thing is fetched is the platform's; that it is right is checked here.

# boot FOLDER: reads what this attempt is, and from here on every way out ends in an outcome.
boot() {
  uptime_cs
  BOOT_CS=$REPLY
  # shellcheck source=/dev/null
  . "$GUEST/study.env"
  # shellcheck source=platform/local.sh
  . "$GUEST/platform/$GEN_TF_TARGET.sh"
  set -a
  platform_boot "$1"
  # shellcheck source=/dev/null
  . "$GUEST/study.env"
  # shellcheck source=/dev/null
  . "$GUEST/tools/$GEN_TF_TOOL.env"
  # shellcheck source=/dev/null
  . "$GUEST/services/$GEN_TF_SERVICE.env"
  set +a
  ATTEMPT_KEY=$GEN_TF_EXPERIMENT/$GEN_TF_ATTEMPT
  utc_now
  STARTED=$REPLY
  PHASE=boot
  journal phase boot "$BOOT_CS"
  trap on_term TERM
  trap on_deadline ALRM
  trap : HUP INT
  trap on_exit EXIT
  say "gen-tf $GEN_TF_VERSION, study $GEN_TF_STUDY, experiment $GEN_TF_EXPERIMENT, attempt $GEN_TF_ATTEMPT"
}

# claim: one machine's one boot serves an attempt. A second machine stops without a word; a second
# start on the same machine is a failed attempt, never a silent second run.
claim() {
  enter_phase claim
  if platform_exists "outcomes/$ATTEMPT_KEY.json"; then
    say "this attempt has an outcome already: nothing to do"
    leave_quietly
  fi
  local file=$GEN_TF_BOX/state/claim.json machine boot
  json_string "$GEN_TF_MACHINE"
  machine=$REPLY
  platform_boot_id
  boot=$REPLY
  # The uptime and the process tell two starts of one boot apart: a claim that reads alike is taken for our own.
  seconds_of "$BOOT_CS"
  printf '{"format":1,"experiment":"%s","attempt":%d,"machine":%s,"boot":"%s","start":"%s-%d","claimed":"%s"}\n' \
    "$GEN_TF_EXPERIMENT" "$GEN_TF_ATTEMPT" "$machine" "$boot" "$REPLY" $$ "$STARTED" >"$file"
  if ! platform_put_once "claims/$ATTEMPT_KEY.json" "$file"; then
    platform_get "claims/$ATTEMPT_KEY.json" "$file.taken" || die_kept "the attempt can neither be claimed nor can it be told whose it is"
    local taken
    taken=$(<"$file.taken")
    if [[ $taken != *"\"machine\":$machine,"* ]]; then
      say "another machine serves this attempt: $taken"
      leave_quietly
    fi
    fail rebooted "this machine had begun the attempt before: $taken"
    deliver
  fi
  if platform_started_before; then
    fail rebooted "this machine had begun before: $REPLY"
    deliver
  fi
}

# leave_quietly: ends without writing anything into the store.
leave_quietly() {
  trap - EXIT
  platform_leave
  exit 0
}

provision() {
  enter_phase provision
  platform_provision
}

# setup: one build per setup key, shared by all experiments that need the same.
setup() {
  enter_phase setup
  platform_setup
}

# inputs: models from the store, each checked against its hash before anything uses it.
inputs() {
  enter_phase inputs
  local pair name sha256 actual
  for pair in $GEN_TF_MODELS; do
    name=${pair%=*}
    sha256=${pair##*=}
    if ! platform_get "inputs/$sha256" "$GEN_TF_BOX/models/$name"; then
      fail input-mismatch "model $name: inputs/$sha256 is not in the store, or does not arrive as it is there"
      return 0
    fi
    actual=$(sha256sum <"$GEN_TF_BOX/models/$name")
    if [[ ${actual%% *} != "$sha256" ]]; then
      fail input-mismatch "model $name: its sha256 is ${actual%% *}, not $sha256"
      return 0
    fi
  done
}

# secrets: each into a file that only this user can read.
secrets() {
  enter_phase secrets
  local name
  for name in $GEN_TF_SECRETS; do
    if ! platform_secret "$name" "$GEN_TF_BOX/secrets/$name"; then
      fail secret "secret $name could not be read"
      return 0
    fi
  done
}
