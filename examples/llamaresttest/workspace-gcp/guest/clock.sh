# shellcheck shell=bash
# Clock: the monotonic clock in centiseconds, and UTC for labels.
# Nothing here starts a process: a function answers in REPLY. Durations never come from the wall clock.

# uptime_cs: centiseconds since the machine booted.
uptime_cs() {
  local up
  read -r up _ </proc/uptime
  REPLY=$((10#${up/./}))
}

# utc_now: RFC 3339 in UTC, to the second.
utc_now() {
  TZ=UTC printf -v REPLY '%(%Y-%m-%dT%H:%M:%SZ)T' -1
}

# seconds_of CENTISECONDS: as a decimal number of seconds, fit for JSON.
seconds_of() {
  printf -v REPLY '%d.%02d' $(($1 / 100)) $(($1 % 100))
}
