# shellcheck shell=bash
# The repository at one commit, as it is published, without its history. Its bytes are proven by the commit's hash.

readonly COMMIT=$GEN_TF_SETTING_COMMIT URL=$GEN_TF_SETTING_REPOSITORY

# get_repository: fills $REPOSITORY.
get_repository() {
  [[ $COMMIT =~ ^[0-9a-f]{40}$ ]] || stop_here "the setting commit must be a commit's 40 digits, not a branch or tag: $COMMIT"
  local store lock key
  key=$(sha256sum <<<"$URL")
  store=$GEN_TF_CACHE/git/${key:0:16}.git
  git_settings
  mkdir -p "$GEN_TF_CACHE/git" "$REPOSITORY"
  exec {lock}>"$store.lock"
  flock "$lock"
  [[ -d $store ]] || git init --quiet --bare "$store"
  if ! has_commit "$store"; then
    tries fetch_commit "$store" || stop_here "$URL has no commit $COMMIT, or cannot be reached"
  fi
  check_out "$store" || stop_here "commit $COMMIT of $URL is incomplete: its files cannot be checked out"
  exec {lock}>&-
  version "repository $URL"
  version "commit $COMMIT"
}

# git_settings: the user's own, for proxies and credentials, and a local repository may belong to somebody else.
git_settings() {
  export GIT_CONFIG_GLOBAL=$GEN_TF_WORK/gitconfig GIT_TERMINAL_PROMPT=0
  printf '[include]\npath = %s\n[safe]\ndirectory = *\n' "$HOME/.gitconfig" >"$GIT_CONFIG_GLOBAL"
}

# fetch_commit STORE: this commit alone where the server allows that, else everything.
fetch_commit() {
  git --git-dir="$1" fetch --quiet --depth 1 --no-tags -- "$URL" "$COMMIT" ||
    git --git-dir="$1" fetch --quiet --no-tags -- "$URL" '+refs/*:refs/origin/*' || return 1
  has_commit "$1"
}

has_commit() {
  git --git-dir="$1" cat-file -e "$COMMIT^{tree}" 2>/dev/null
}

# check_out STORE: every file, byte by byte.
check_out() {
  GIT_INDEX_FILE=$GEN_TF_WORK/index git --git-dir="$1" --work-tree="$REPOSITORY" \
    -c core.autocrlf=false -c core.eol=lf checkout --quiet --force "$COMMIT" -- .
}

# clean_repository: what earlier uses leave behind in a tree, so that every experiment begins alike.
clean_repository() (
  shopt -s nullglob
  cd -- "$REPOSITORY" || exit 1
  rm -rf -- tool/resttestgen/*/output tool/evomaster/*/src tool/tcases/*/{src,target,tcases-api-test.log} \
    tool/schemathesis/*/.hypothesis services/log-* services/default.log
  find services -name run.sh -type f -path '*/embedded/*' -delete
  find services -maxdepth 6 \( -name 'jacoco*.exec' -o -path services/youtube/run.sh \) -type f -delete
)
