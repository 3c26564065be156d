# shellcheck shell=sh
# Retention: which restore points may go, and letting them go.
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# Prints `keep<TAB>NAME<TAB>rules` or `remove<TAB>NAME` for each point, newest first.
plan_retention() {
  read_held || return 1
  list_points "$target" | sort -r | decide_retention
}

# The same for names on stdin, newest first, after read_held.
decide_retention() {
  hold="$hold $held" awk -v last="$keep_last" -v hourly="$keep_hourly" -v daily="$keep_daily" \
    -v weekly="$keep_weekly" -v monthly="$keep_monthly" -v yearly="$keep_yearly" -f "$program/retention.awk"
}

# Sets held to what another end has of this copy, and this end of another: without it the next snapshot would have to be
# sent whole, however long that end is away. Fails when a note, or whether it still counts, cannot be read.
read_held() {
  held=''
  held_notes=$(names_in "$state/holds/$id") || return 1
  for held_by in $held_notes; do
    case $held_by in *.new) continue ;; esac
    still_counts "$held_by"
    case $? in 0) ;; 1) continue ;; *) return 1 ;; esac
    held_names=$(cat "$state/holds/$id/$held_by" 2>/dev/null) || return 1
    held="$held $held_names"
  done
}

# 0: the copy that a note is about is in the spec, of this machine or sent to by the gate; 1: it has left; 2: unread.
still_counts() {
  if [ "$1" = "$id" ] || [ -f "${configuration%/*}/$1.conf" ]; then return 0; fi
  absent "${configuration%/*}/$1.conf" 2>/dev/null || return 2
  taker_conf=$program/gate.d/${1%%.*}/$id.conf
  ! absent "$taker_conf" 2>/dev/null || return 1
  grep -qE "^takers='(.* )?${1#*.}( .*)?'\$" "$taker_conf" 2>/dev/null
}

# Only after a run that made a point, by a clock that the newest point is not ahead of.
retain() {
  [ -n "$keep_last$keep_hourly$keep_daily$keep_weekly$keep_monthly$keep_yearly" ] || return 0
  plan_retention >"$scratch" || finish failed hold-unread
  while IFS=$tab read -r retain_word retain_name _; do
    [ "$retain_word" = remove ] || continue
    if remove_point "$retain_name"; then
      say "removed restore point $retain_name: no rule keeps it"
    else
      say "could not remove restore point $retain_name"
    fi
  done <"$scratch"
  forget_points
}

# The end of a run that made its points. A clock behind the newest of them lets nothing go: it would reckon ages wrongly.
retain_and_finish() {
  if [ "$clock_behind" -eq 1 ]; then finish ok clock-behind; fi
  retain
  finish ok ''
}
