# shellcheck shell=bash
# httpbin from PyPI under gunicorn, every package pinned, with coverage.py.

build_service() {
  part httpbin "$1/python" python_service "$HARNESS_SETUP/services/httpbin/requirements.lock" "$HARNESS_SETUP"/python/*
}
