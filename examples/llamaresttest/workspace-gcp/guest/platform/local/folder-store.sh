# shellcheck shell=bash
# Folder store: the store of the local target. Put once is a hard link, which fails where something is;
# a name that ends in #DIGITS is a write in progress, which readers ignore.

# store_folders: made once, so that a beat needs no process for it.
store_folders() {
  local kind
  local -a folders=()
  for kind in claims status results outcomes; do
    folders+=("$GEN_TF_STORE/$kind/$GEN_TF_EXPERIMENT")
  done
  mkdir -p -- "${folders[@]}" "$GEN_TF_STORE/logs/$GEN_TF_EXPERIMENT/$GEN_TF_ATTEMPT" "$GEN_TF_STORE/setup"
}

platform_exists() {
  [[ -e $GEN_TF_STORE/$1 ]]
}

# platform_get KEY FILE: a link where it can be one, because models are large.
platform_get() {
  [[ -e $GEN_TF_STORE/$1 ]] || return 1
  ln -f -- "$GEN_TF_STORE/$1" "$2" 2>/dev/null || cp -- "$GEN_TF_STORE/$1" "$2"
}

# platform_put_once KEY FILE: false when the place is taken by something else, or cannot be written.
platform_put_once() {
  local target=$GEN_TF_STORE/$1 half="$GEN_TF_STORE/$1#$BASHPID" status=0
  ln -T -- "$2" "$target" 2>/dev/null && return 0
  if [[ -e $target ]]; then
    cmp -s -- "$2" "$target" || return 1
    return 0
  fi
  # Another file system: the link must be made beside its target.
  cp -- "$2" "$half" && ln -T -- "$half" "$target" || status=$?
  rm -f -- "$half"
  return "$status"
}

# platform_put_text KEY TEXT: overwrites.
platform_put_text() {
  local half="$GEN_TF_STORE/$1#$BASHPID"
  printf '%s\n' "$2" 2>/dev/null >"$half" && mv -fT -- "$half" "$GEN_TF_STORE/$1"
}

# platform_put_text_once KEY TEXT: the text as it is, without an end of line of its own.
platform_put_text_once() {
  local half="$GEN_TF_STORE/$1#$BASHPID" status=0
  printf '%s' "$2" 2>/dev/null >"$half" && ln -T -- "$half" "$GEN_TF_STORE/$1" || status=$?
  rm -f -- "$half"
  return "$status"
}

# platform_verify KEY SHA256: reads back what the store holds.
platform_verify() {
  local sha256
  sha256=$(sha256sum <"$GEN_TF_STORE/$1") || return 1
  [[ ${sha256%% *} == "$2" ]]
}
