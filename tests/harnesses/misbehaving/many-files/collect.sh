#!/usr/bin/env bash
# Leaves a hundred thousand files.
set -euo pipefail

mv "$GEN_TF_WORK"/*.txt "$GEN_TF_RESULTS/"
mkdir "$GEN_TF_RESULTS/many"
perl -e 'for my $n (1 .. 100000) { open my $file, ">", "$ARGV[0]/$n" or die; print $file $n }' "$GEN_TF_RESULTS/many"
