#!/usr/bin/env bash
# Provision: runs the harness's provision.sh as root, with the paths that its other scripts have too.
set -euo pipefail

export GEN_TF_BOX=/gen-tf
export GEN_TF_GUEST=$GEN_TF_BOX/guest GEN_TF_SETUP=$GEN_TF_BOX/setup GEN_TF_WORK=$GEN_TF_BOX/work
export GEN_TF_HARNESS=$GEN_TF_GUEST/harness GEN_TF_CACHE=$GEN_TF_BOX/cache
export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l NEEDRESTART_SUSPEND=1

cd /
exec bash "$GEN_TF_HARNESS/provision.sh"
