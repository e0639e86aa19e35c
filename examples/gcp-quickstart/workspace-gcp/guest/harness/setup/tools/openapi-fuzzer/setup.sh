# shellcheck shell=bash
# openapi-fuzzer from crates.io, built with the versions that its own Cargo.lock names.

build_tool() {
  part "openapi-fuzzer-$GEN_TF_SETTING_OPENAPI_FUZZER_VERSION" "$1/openapi-fuzzer" build_openapi_fuzzer
}

build_openapi_fuzzer() {
  local config
  # Only registries come from the user: a CARGO_HOME of the user's own would be written to.
  export CARGO_HOME=$GEN_TF_CACHE/cargo
  mkdir -p "$CARGO_HOME"
  for config in "${GEN_TF_HOST_HOME:-}"/.cargo/config{.toml,}; do
    [[ ! -r $config ]] || ln -sfn -- "$config" "$CARGO_HOME/${config##*/}"
  done
  cargo install --quiet --locked --root "$1" --target-dir "$HOME/openapi-fuzzer-target" \
    --version "=$GEN_TF_SETTING_OPENAPI_FUZZER_VERSION" openapi-fuzzer
  rm -rf -- "$HOME/openapi-fuzzer-target"
}
