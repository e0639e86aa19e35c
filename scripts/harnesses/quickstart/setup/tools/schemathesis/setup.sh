# shellcheck shell=bash
# Schemathesis from PyPI, every package pinned.

build_tool() {
  part schemathesis "$1/venv" build_schemathesis "$HARNESS_SETUP/tools/schemathesis/requirements.lock"
}

build_schemathesis() {
  python_environment "$1" "$HARNESS_SETUP/tools/schemathesis/requirements.lock"
}
