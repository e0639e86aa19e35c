# shellcheck shell=bash
# httpbin from PyPI under gunicorn, every package pinned, with coverage.py.

build_service() {
  python_service "$1/python"
}
