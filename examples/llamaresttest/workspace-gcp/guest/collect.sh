# shellcheck shell=bash
# Collect: after everything has stopped, the harness moves what is kept, and the evidence is looked for.
# Redaction, packing and upload are deliver.sh's, outside.

collect() {
  enter_phase collect
  if [[ -e $GEN_TF_HARNESS/collect.sh ]]; then
    local limit=$COLLECT_LIMIT
    [[ $CAUSE != preempted ]] || limit=$HASTY_COLLECT
    run_script collect "$limit"
  fi
  [[ -n $CAUSE ]] || check_evidence
}

# check_evidence: a run that left nothing is no run. Each pattern must match something that is not empty.
check_evidence() {
  local pattern
  local -a patterns
  read -r -a patterns <<<"$GEN_TF_EVIDENCE ${GEN_TF_TOOL_EVIDENCE:-} ${GEN_TF_SERVICE_EVIDENCE:-}"
  for pattern in "${patterns[@]}"; do
    has_content "$pattern" || fail tool-failed "no evidence: results/$pattern is missing or empty"
  done
}

# has_content PATTERN: a file with bytes, or a folder with something in it.
has_content() {
  local path
  local -a inside
  # shellcheck disable=SC2206 # the pattern is meant to match
  local -a found=("$GEN_TF_RESULTS"/$1)
  for path in "${found[@]}"; do
    if [[ -d $path ]]; then
      inside=("$path"/*)
      ((${#inside[@]} == 0)) || return 0
    elif [[ -s $path ]]; then
      return 0
    fi
  done
  return 1
}
