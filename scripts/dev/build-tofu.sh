#!/usr/bin/env bash
# Builds OpenTofu from the Go module proxy into the cache folder, once, and prints its path.
# For machines without terraform and tofu: five CPU minutes. Go's own caches stay inside the cache folder.
set -euo pipefail

readonly VERSION=v1.12.6
# What OpenTofu's own go.mod replaces; a replacement holds only in the module that is built.
readonly HCL=github.com/opentofu/hcl/v2@v2.20.2-0.20251021132045-587d123c2828

main() {
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/gen-tf lock
  local tofu=$cache/bin/tofu
  mkdir -p "$cache/bin"
  exec {lock}>"$cache/bin/tofu.lock"
  flock "$lock"
  if ! built "$tofu"; then
    need_go
    printf 'building OpenTofu %s with %s, about five CPU minutes\n' "$VERSION" "$(go env GOVERSION)" >&2
    build "$cache/tofu-build" "$tofu"
  fi
  printf '%s\n' "$tofu"
}

built() {
  local version
  [[ -x $1 ]] && version=$("$1" version) && [[ $version == *"OpenTofu $VERSION"* ]]
}

need_go() {
  type -P go >/dev/null && return
  cat >&2 <<'END'
Neither terraform nor tofu (1.11 or newer) was found, nor Go to build OpenTofu with. Install one of them:
  terraform   https://developer.hashicorp.com/terraform/install
  OpenTofu    https://opentofu.org/docs/intro/install
  Go 1.25     https://go.dev/doc/install
END
  exit 1
}

# build FOLDER TARGET
build() {
  local folder=$1 target=$2
  mkdir -p "$folder/module" "$folder/home"
  cd -- "$folder/module"
  # The user's own settings of Go (its proxy, say) hold; what Go writes stays here.
  GOENV=$(go env GOENV)
  export GOENV HOME=$folder/home GOPATH=$folder/path GOCACHE=$folder/cache GOFLAGS='-mod=mod -modcacherw'
  export CGO_ENABLED=0
  [[ -e go.mod ]] || go mod init gen-tf.example/tofu >&2
  go mod edit -replace "github.com/hashicorp/hcl/v2=$HCL"
  go get -tool "github.com/opentofu/opentofu/cmd/tofu@$VERSION" >&2
  go build -trimpath -ldflags '-s -w' -o "$folder/tofu" github.com/opentofu/opentofu/cmd/tofu >&2
  mv -T -- "$folder/tofu" "$target"
  built "$target" || {
    printf '%s does not run, or is not OpenTofu %s\n' "$target" "$VERSION" >&2
    exit 1
  }
  # Only after success: a build that was interrupted goes on from here.
  rm -rf -- "$folder"
}

main "$@"
