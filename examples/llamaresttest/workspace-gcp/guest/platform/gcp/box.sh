# shellcheck shell=bash disable=SC2034 # what one part sets, another reads
# Box: the folder /gen-tf, the user that an experiment runs as, and what that user may touch.

# make_box: an earlier boot's box is put aside whole, so that nothing of it is lost or taken for ours.
make_box() {
  local folder
  if [[ -e $GEN_TF_BOX ]]; then
    mv -T -- "$GEN_TF_BOX" "$(mktemp -du "$GEN_TF_BOX.before.XXXXXX")"
  fi
  make_user
  mkdir -p "$GEN_TF_BOX"/{cache,log,models,probe,results/environment,setup,state,work/home} "$SCRATCH/secrets"
  chmod 0755 "$GEN_TF_BOX" "$GUEST"
  chmod 0700 "$GEN_TF_BOX/state" "$SCRATCH"
  : >>"$GEN_TF_BOX/state/journal"
  : >>"$GEN_TF_BOX/log/guest.log"
  for folder in cache probe results setup work; do
    chown -R "$GEN_TF_USER:" "$GEN_TF_BOX/$folder"
    chmod 0700 "$GEN_TF_BOX/$folder"
  done
  # build.sh and scripts write logs of their own here, and may not replace the guest's.
  chmod 1777 "$GEN_TF_BOX/log"
  chgrp "$GEN_TF_USER" "$SCRATCH" "$SCRATCH/secrets"
  chmod 0710 "$SCRATCH"
  chmod 0750 "$SCRATCH/secrets"
  ln -sT -- "$SCRATCH/secrets" "$GEN_TF_BOX/secrets"
  ln -sT -- "$GUEST" "$GEN_TF_BOX/guest"
  chmod -R a+rX -- "$GUEST"
  # Given up when the disk is full, so that there is room to say so.
  fallocate -l 8M "$GEN_TF_BOX/state/reserve"
  PLATFORM_PROBE=$GEN_TF_BOX/probe/probe
}

make_user() {
  id -u "$GEN_TF_USER" >/dev/null 2>&1 ||
    useradd --system --user-group --no-create-home --home-dir "$GEN_TF_BOX/work/home" --shell /usr/sbin/nologin "$GEN_TF_USER"
}

# platform_as_user COMMAND…: a file system keeps room for root that a full disk's user does not have.
platform_as_user() {
  setpriv --reuid "$GEN_TF_USER" --regid "$GEN_TF_USER" --init-groups -- "$@"
}

# empty_folders FOLDER…
empty_folders() {
  find "$@" -mindepth 1 -maxdepth 1 -exec rm -rf --one-file-system -- {} +
}

# fence_metadata: the metadata server gives this VM's token to whoever asks, so that only root may ask. Names are
# resolved there too (port 53). Containers are fenced in as well.
fence_metadata() {
  nft -f - <<<"
    table inet gen_tf {
      chain output {
        type filter hook output priority 0;
        meta skuid $GEN_TF_USER ip daddr 169.254.169.254 tcp dport != 53 reject
        meta skuid $GEN_TF_USER ip6 daddr fd20:ce::254 tcp dport != 53 reject
      }
      chain forward {
        type filter hook forward priority 0;
        ip daddr 169.254.169.254 tcp dport != 53 reject
        ip6 daddr fd20:ce::254 tcp dport != 53 reject
      }
    }" || fail provision "the metadata server cannot be closed to the experiment (nft: status $?)"
}
