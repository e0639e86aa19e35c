# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# Metadata: what the metadata server knows about this VM: attributes, the access token, preemption.
# An attribute is data: it is compared with a pattern and never evaluated.

readonly METADATA=http://169.254.169.254/computeMetadata/v1/instance

# metadata_get PATH: in REPLY; false when there is no such thing.
metadata_get() {
  local try answer status
  for try in 1 2 3 4 5 6; do
    status=0
    answer=$(curl -sS -m 9 --noproxy '*' -H 'Metadata-Flavor: Google' -w '\n%{http_code}' -- "$METADATA/$1") || status=$?
    case $status:${answer##*$'\n'} in
      0:200)
        REPLY=${answer%$'\n'*}
        return 0
        ;;
      0:404) return 1 ;;
    esac
    say "the metadata server has not answered for $1 (curl $status, HTTP ${answer##*$'\n'}), try $try"
    pause $((try * 100))
  done
  return 1
}

# attribute NAME VARIABLE PATTERN: an attribute of this VM, checked, as a variable.
attribute() {
  metadata_get "attributes/gen-tf-$1" || refuse "this VM has no metadata gen-tf-$1"
  [[ $REPLY =~ ^($3)$ ]] || refuse "the metadata gen-tf-$1 is not what it should be"
  printf -v "$2" '%s' "$REPLY"
}

# refuse TEXT: without its attributes the guest cannot even say which attempt this would have been.
refuse() {
  say "$1"
  serial "$1"
  exit 1
}

read_attributes() {
  local name='[A-Za-z0-9._-]+'
  attribute study GEN_TF_STUDY "$name"
  attribute service GEN_TF_SERVICE "$name"
  attribute tool GEN_TF_TOOL "$name"
  attribute run GEN_TF_RUN '[1-9][0-9]{0,8}'
  attribute attempt GEN_TF_ATTEMPT '[1-9][0-9]{0,8}'
  attribute experiment GEN_TF_EXPERIMENT "$GEN_TF_SERVICE/$GEN_TF_TOOL/$GEN_TF_RUN"
  attribute definition GEN_TF_DEFINITION '[0-9a-f]+'
  attribute setup-key GEN_TF_SETUP_KEY '[0-9a-f]+'
  attribute store GEN_TF_STORE 'gs://[a-z0-9._-]+/[A-Za-z0-9._/-]+'
  attribute guest-sha256 GEN_TF_GUEST_SHA256 '[0-9a-f]{64}'
  attribute models GEN_TF_MODELS '([A-Za-z0-9._-]+=[0-9a-f]{64} ?)*'
  attribute secrets SECRET_VERSIONS '([A-Za-z0-9._-]+=projects/[A-Za-z0-9.:_-]+/secrets/[A-Za-z0-9_-]+/versions/[0-9]+ ?)*'
  metadata_get name || refuse "this VM has no name"
  GEN_TF_MACHINE=$REPLY
}

# token: a fresh access token in TOKEN. It is kept for calls that follow at once, never to its end.
TOKEN=''
TOKEN_UNTIL=0
token() {
  uptime_cs
  ((REPLY >= TOKEN_UNTIL)) || return 0
  metadata_get service-accounts/default/token || return 1
  [[ $REPLY =~ \"access_token\":\ *\"([^\"]+)\" ]] || return 1
  TOKEN=${BASH_REMATCH[1]}
  [[ $REPLY =~ \"expires_in\":\ *([0-9]{1,6}) ]] || return 1
  local left=$((BASH_REMATCH[1] - 300))
  uptime_cs
  # A token that has five minutes left or less serves one call.
  TOKEN_UNTIL=$((REPLY + (left > 0 ? left * 100 : 0)))
}
