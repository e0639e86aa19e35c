#!/usr/bin/env bash
# Plays the whole fault campaign and prints its table: scenarios, rounds, results.
# usage: fault-campaign.sh [--rounds N] [--seed N] [--only TEXT] [--jobs N] [--records FILE] [--write]
# A round has studies of 12 experiments of 5 s, and a seed: the first one is --seed. --only plays scenarios
# whose names hold the text, --jobs says how many studies run side by side, --records adds to the records of
# earlier calls, --write puts the table into docs/reliability.md.
# The same scenarios in small are part of `cargo test`; what happens in a round is decided there.
set -euo pipefail
cd -- "${BASH_SOURCE[0]%/*}/../.."

readonly DOCUMENT=docs/reliability.md

usage() {
  sed -n 's/^# usage: //p' "${BASH_SOURCE[0]}" >&2
  exit 1
}

# table RECORDS ROUNDS: one row a scenario. A record is, with tabs between: place in the order, scenario,
# target, seed, seconds, passed or failed, experiments, succeeded, attempts.
table() {
  sort -n "$1" | awk -F '\t' '
    function cell(target, key) {
      key = $0 SUBSEP target
      if (!(key in rounds)) return "| | "
      return "| " passed[key] + 0 " of " rounds[key] " | " \
        (passed[key] ? sprintf("%.1f", attempts[key] / passed[key]) " for " experiments[key] / passed[key] : "") " "
    }
    !($2 in seen) { seen[$2] = 1; order[++count] = $2 }
    {
      key = $2 SUBSEP $3
      rounds[key]++
      if ($6 == "passed") { passed[key]++; attempts[key] += $9; experiments[key] += $7 }
    }
    END {
      print "| what happens | local: passed | attempts | gcp: passed | attempts |"
      print "|---|---|---|---|---|"
      for (i = 1; i <= count; i++) {
        $0 = order[i]
        print "| " $0 " " cell("local") cell("gcp") "|"
      }
    }'
}

# write_table TABLE: in the place of the document's old one.
write_table() {
  local text
  text=$(awk -v table="$1" '
    /^<!-- table -->$/ { print; while ((getline line < table) > 0) print line; skipping = 1; next }
    /^<!-- end -->$/ { skipping = 0 }
    !skipping { print }' "$DOCUMENT")
  printf '%s\n' "$text" >"$DOCUMENT"
}

# play SEED ONLY JOBS RECORDS
play() {
  printf '== seed %d\n' "$1" >&2
  GEN_TF_CAMPAIGN_SEED=$1 GEN_TF_CAMPAIGN_ONLY=$2 GEN_TF_CAMPAIGN_RECORDS=$4 \
    cargo test -p gen-tf --test campaign --locked -- --nocapture --test-threads "$3" study
}

main() {
  local rounds=10 seed=1 only='' jobs=4 records='' write=false status=0 round folder
  while (($#)); do
    case $1 in
      --rounds) rounds=${2:?} && shift ;;
      --seed) seed=${2:?} && shift ;;
      --only) only=${2:?} && shift ;;
      --jobs) jobs=${2:?} && shift ;;
      --records) records=$(realpath -- "${2:?}") && shift ;;
      --write) write=true ;;
      *) usage ;;
    esac
    shift
  done
  folder=$(mktemp -d)
  # shellcheck disable=SC2064 # the folder's name is fixed now
  trap "rm -rf '$folder'" EXIT
  records=${records:-$folder/records}
  GEN_TF_TERRAFORM=$(scripts/dev/find-terraform.sh)
  export GEN_TF_TERRAFORM
  for ((round = 0; round < rounds; round++)); do
    play $((seed + round)) "$only" "$jobs" "$records" || status=$?
  done
  [[ -s $records ]] || {
    printf 'no scenario was played\n' >&2
    exit 1
  }
  {
    printf 'Made on %(%Y-%m-%d)T.\n\n' -1
    table "$records"
  } >"$folder/table"
  cat "$folder/table"
  ! "$write" || write_table "$folder/table"
  exit "$status"
}

main "$@"
