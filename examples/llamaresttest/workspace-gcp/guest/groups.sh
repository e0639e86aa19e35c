# shellcheck shell=bash
# Groups: how a script of the harness runs where systemd does not: in a process group of its own, and with a
# mark in its environment by which its strays are found. units.sh does the same with transient units.

# Another user than ours on a VM; the same one in a sandbox.
AS_USER=()
[[ -z ${GEN_TF_USER:-} ]] || AS_USER=(setpriv --reuid "$GEN_TF_USER" --regid "$GEN_TF_USER" --init-groups --)

# watch_group ROLE [ARGUMENT…]: runs beside us, and tells when the script starts and ends.
watch_group() {
  local role=$1 status=0
  shift
  exec >&"${LOG_FD[$role]}" 2>&1 </dev/null
  close_log_fds
  # Job control gives the script a process group of its own, in which interrupts are not ignored.
  set -m
  (
    # When memory runs out, the script goes before the guest does.
    printf '500' >"/proc/$BASHPID/oom_score_adj"
    export GEN_TF_ROLE=$role
    exec "${AS_USER[@]}" bash "$GEN_TF_HARNESS/$role.sh" "$@" 3<&-
  ) &
  printf 'started %s %d\n' "$role" $! >&3
  # What this shell itself says about the script's end has no place in the script's log.
  exec 2>/dev/null
  wait $! || status=$?
  printf 'ended %s %d %d\n' "$role" $! "$status" >&3
}

# kill_marked ROLE: processes that carry the role's mark in their environment, whatever group they are in.
kill_marked() {
  local round environ pid found
  for round in 1 2 3 4 5; do
    found=''
    for environ in /proc/[0-9]*/environ; do
      pid=${environ#/proc/}
      pid=${pid%/environ}
      ((pid != 1 && pid != $$)) || continue
      carries_role "$environ" "$1" || continue
      found=yes
      kill -KILL "$pid" 2>/dev/null || continue
    done
    [[ -n $found ]] || return 0
    next_event 2
  done
  say "processes of $1 were still there after $round rounds"
}

carries_role() {
  local -a variables=()
  # A process that has ended meanwhile, or a zombie, has no environment.
  mapfile -d '' -t variables 2>/dev/null <"$1" || return 1
  [[ " ${variables[*]} " == *" GEN_TF_ROLE=$2 "* ]]
}
