# shellcheck shell=bash
# Schemathesis from PyPI, every package pinned.

build_tool() {
  part schemathesis "$1/venv" locked_environment "$HARNESS_SETUP/tools/schemathesis/requirements.lock"
}
