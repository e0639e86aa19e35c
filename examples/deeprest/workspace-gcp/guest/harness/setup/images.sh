# shellcheck shell=bash
# Images: pulls one, checks its digest where one is given, and saves it under its id.
# The setup key covers what a study says about an image, not what a tag means today: only a digest is safe.

readonly PAUSES=(10 30 90)
readonly IMAGES=$GEN_TF_SETUP/images

# fetch_image KIND REFERENCE VARIABLE: leaves KIND.tar and what is known of it.
fetch_image() {
  local kind=$1 reference=$2 setting=${3#GEN_TF_SETTING_} source id digests
  source_of "$reference"
  source=$REPLY
  pull "$reference" "$source" "${setting,,}"
  id=$("$GEN_TF_ENGINE" image inspect --format '{{.Id}}' "$source")
  digests=$("$GEN_TF_ENGINE" image inspect --format '{{json .RepoDigests}}' "$source")
  if [[ $reference == *@* && $digests != *"@${reference##*@}\""* ]]; then
    printf 'the engine has given another image than %s: %s\n' "$reference" "$digests" >&2
    return 1
  fi
  printf 'the image of the %s is %s: %s\n' "$kind" "$reference" "$id"
  printf '%s\n' "$id" >"$IMAGES/$kind.id"
  printf '{"reference":"%s","id":"%s","repo_digests":%s}' "$reference" "$id" "$digests" >"$IMAGES/$kind.json"
  "$GEN_TF_ENGINE" save --output "$IMAGES/$kind.tar" "$id"
  # What others unpack need not be its owner's alone.
  chmod a+r "$IMAGES/$kind.tar"
}

# source_of REFERENCE: what to pull, in REPLY: beside a digest a tag means nothing, and some engines refuse both.
source_of() {
  local name=${1%@*}
  REPLY=$1
  [[ $1 == *@* ]] || return 0
  [[ ${name##*/} != *:* ]] || name=${name%:*}
  REPLY=$name@${1##*@}
}

# pull REFERENCE SOURCE SETTING: four tries. What the engine has under a digest already is that image; what it has under
# a tag only is used when the registry cannot be asked, which is how stand-ins are tried.
pull() {
  local reference=$1 source=$2 setting=$3 try said
  if [[ $reference == *@* ]] && has_image "$source"; then
    return 0
  fi
  for try in 0 1 2 3; do
    said=$("$GEN_TF_ENGINE" pull --quiet "$source" 2>&1) && return 0
    printf '%s could not be pulled: %s\n' "$source" "$said" >&2
    if [[ $reference != *@* ]] && has_image "$source"; then
      printf 'the engine has an image of this name, which is used\n'
      return 0
    fi
    [[ -z ${PAUSES[try]:-} ]] || sleep "${PAUSES[try]}"
  done
  if [[ ${said,,} == *toomanyrequests* || $said == *429* ]]; then
    printf "the registry's limit on pulls from this address is used up (Docker Hub allows anonymous clients a few an hour).\n" >&2
    printf 'Way out: copy the image into a registry of your own, such as Artifact Registry, and name the copy in the setting %s; or wait.\n' "$setting" >&2
  else
    printf 'Way out: check the setting %s, and that this machine reaches the registry.\n' "$setting" >&2
  fi
  return 1
}

has_image() {
  "$GEN_TF_ENGINE" image inspect "$1" >/dev/null 2>&1
}

# check_api SERVICE: images of RESTgym say which API they hold; one that says another would measure the wrong thing.
check_api() {
  local line
  while IFS= read -r line; do
    if [[ $line == API=* && $line != "API=$1" ]]; then
      printf 'the image for %s says of itself that it holds %s\n' "$1" "${line#API=}" >&2
      return 1
    fi
  done < <("$GEN_TF_ENGINE" image inspect --format '{{range .Config.Env}}{{println .}}{{end}}' "$(<"$IMAGES/api.id")")
}

# note_images: images.json, which goes into the results.
note_images() {
  printf '{"format":1,"engine":"%s","api":%s,"tool":%s}\n' \
    "$GEN_TF_ENGINE" "$(<"$IMAGES/api.json")" "$(<"$IMAGES/tool.json")" >"$IMAGES/images.json"
  rm -- "$IMAGES/api.json" "$IMAGES/tool.json"
}
