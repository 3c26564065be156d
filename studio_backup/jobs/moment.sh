# shellcheck shell=sh
# Moments: reading the clock once, and the names of restore points, which are moments in UTC.
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# Two clocks may differ by so many seconds; a point that is dated further ahead was made by a wrong one.
clock_tolerance=3600
point_glob='[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]-[0-5][0-9]-[0-6][0-9]Z'

# Sets now (epoch seconds), now_point (name of a point read now), now_run (start of a run's name).
read_clock() {
  clock=$(date -u '+%s %Y-%m-%dT%H-%M-%SZ %Y%m%dT%H%M%SZ')
  now=${clock%% *}
  now_run=${clock##* }
  now_point=${clock#* }
  now_point=${now_point% *}
}

is_point() {
  # The pattern must stay unquoted to be one.
  # shellcheck disable=SC2254
  case $1 in $point_glob) return 0 ;; esac
  return 1
}

# Sets point_epoch to the epoch seconds of a point's name; zeros are cut because 08 would be octal.
read_point_epoch() {
  point_year=${1%%-*}
  point_rest=${1#*-}
  point_month=${point_rest%%-*}
  point_rest=${point_rest#*-}
  point_day=${point_rest%%T*}
  point_rest=${point_rest#*T}
  point_hour=${point_rest%%-*}
  point_rest=${point_rest#*-}
  point_minute=${point_rest%%-*}
  point_second=${point_rest#*-}
  point_second=${point_second%Z}
  point_month=${point_month#0}
  # Counting years from March puts the leap day last.
  if [ "$point_month" -le 2 ]; then
    point_year=$((point_year - 1))
    point_month=$((point_month + 9))
  else
    point_month=$((point_month - 3))
  fi
  point_days=$((point_year * 365 + point_year / 4 - point_year / 100 + point_year / 400))
  point_days=$((point_days + (153 * point_month + 2) / 5 + ${point_day#0} - 719469))
  point_epoch=$(((point_days * 24 + ${point_hour#0}) * 3600 + ${point_minute#0} * 60 + ${point_second#0}))
}

# Is a point dated after our clock: POINT SECONDS of grace. Years first: a shell that counts in 32 bits ends in 2038.
is_ahead() {
  [ "${1%%-*}" -le $((${now_point%%-*} + 1)) ] || return 0
  read_point_epoch "$1"
  [ "$point_epoch" -gt $((now + $2)) ]
}

# From names, oldest first, prints the newest that is not in the future; when all are, the newest of all.
newest_by_now() {
  newest_past='' newest_last=''
  while IFS= read -r newest_name; do
    newest_last=$newest_name
    is_ahead "$newest_name" "$clock_tolerance" || newest_past=$newest_name
  done
  [ -z "$newest_last" ] || printf '%s\n' "${newest_past:-$newest_last}"
}
