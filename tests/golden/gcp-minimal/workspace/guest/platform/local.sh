# shellcheck shell=bash
# Stands for a platform.
