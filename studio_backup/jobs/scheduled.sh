#!/bin/sh
# What launchd starts: on a job's calendar, and when the Mac starts. Then only what was missed while it was off is made
# up for: launchd replays what was missed asleep, and nobody promises it for a Mac without power.
#
# scheduled STATE ID UNIT COUNT HOUR MINUTE PROGRAM ARGUMENTS…
#   min N - -   hour N - -   day - H M   week WEEKDAY H M (1 is Monday)   month DAY H M

LC_ALL=C
PATH=/usr/bin:/bin:/usr/sbin:/sbin
export LC_ALL PATH

state=$1 id=$2 unit=$3 count=$4 hour=$5 minute=$6
shift 6
stamp=$state/started/$id

# The clock of the Mac in its own time zone, as numbers: 08 would be octal.
read_fields() {
  # shellcheck disable=SC2046
  set -- $(date '+%s %Y %m %d %H %M %S %u')
  now=$1 year=$2 month=${3#0} day=${4#0} seconds=$((${5#0} * 3600 + ${6#0} * 60 + ${7#0})) weekday=$8
}

# Days of the month before this one.
days_before() {
  case $month in
    1 | 2 | 4 | 6 | 8 | 9 | 11) days=31 ;;
    3)
      days=28
      if [ $((year % 4)) -eq 0 ] && { [ $((year % 100)) -ne 0 ] || [ $((year % 400)) -eq 0 ]; }; then days=29; fi
      ;;
    *) days=30 ;;
  esac
}

# Sets since to the seconds since the calendar last said so.
read_since() {
  at=0
  case $unit in day | week | month) at=$((hour * 3600 + minute * 60)) ;; esac
  since=$((seconds - at))
  case $unit in
    min) since=$((seconds % (count * 60))) ;;
    hour) since=$((seconds % (count * 3600))) ;;
    day) [ "$since" -ge 0 ] || since=$((since + 86400)) ;;
    week)
      since=$((since + (weekday - count + 7) % 7 * 86400))
      [ "$since" -ge 0 ] || since=$((since + 604800))
      ;;
    month)
      since=$((since + (day - count) * 86400))
      days_before
      [ "$since" -ge 0 ] || since=$((since + days * 86400))
      ;;
    *) return 1 ;;
  esac
}

# A job that never ran begins with its calendar, not with its making: nobody asked for a copy at noon. Right after a
# moment of the calendar it is launchd that asks; a stamp that cannot be read, or is of tomorrow, keeps nobody from it.
is_due() {
  [ ! -e "$state/accept/$id.now" ] || return 0
  read_since || return 0
  [ "$since" -gt 120 ] || return 0
  last=
  if [ -e "$stamp" ]; then
    read -r last <"$stamp" || :
    case $last in '' | *[!0-9]*) return 0 ;; esac
    if [ "$last" -gt "$now" ] || [ "$last" -lt $((now - since)) ]; then return 0; fi
  fi
  return 1
}

# shellcheck source=studio_backup/jobs/access.sh
if [ -r "${0%/*}/access.sh" ]; then . "${0%/*}/access.sh"; note_access "$state"; fi
read_fields
if is_due; then run=yes; else run=no; fi
if [ "$run" = yes ] || [ ! -e "$stamp" ]; then
  mkdir -p "$state/started"
  printf '%s\n' "$now" >"$stamp.new" && mv -f "$stamp.new" "$stamp"
fi
[ "$run" = yes ] || exit 0
# A Mac that falls asleep in the middle of a copy has none.
if command -v caffeinate >/dev/null 2>&1; then exec caffeinate -i -m "$@"; fi
exec "$@"
