# shellcheck shell=bash
# kinto from PyPI under gunicorn, every package pinned, with coverage.py.

build_service() {
  part kinto "$1/python" python_service "$HARNESS_SETUP/services/kinto/requirements.lock" "$HARNESS_SETUP"/python/*
}
