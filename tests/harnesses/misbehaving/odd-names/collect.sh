#!/usr/bin/env bash
# Leaves names that are no text, a link to the host's files, and a folder without rights.
set -euo pipefail

mv "$GEN_TF_WORK"/*.txt "$GEN_TF_RESULTS/"
mkdir -p "$GEN_TF_RESULTS/odd" "$GEN_TF_RESULTS/locked"
printf '1' >"$GEN_TF_RESULTS/odd/"$'new\nline'
printf '2' >"$GEN_TF_RESULTS/odd/"$'no\xfftext'
printf '3' >"$GEN_TF_RESULTS/odd/quote\"back\\slash"
printf '4' >"$GEN_TF_RESULTS/odd/ünïcode"
printf '5' >"$GEN_TF_RESULTS/-begins with a dash"
ln -s /etc/passwd "$GEN_TF_RESULTS/odd/link"
printf '6' >"$GEN_TF_RESULTS/locked/file"
chmod 000 "$GEN_TF_RESULTS/locked/file" "$GEN_TF_RESULTS/locked"
