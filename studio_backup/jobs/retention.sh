# shellcheck shell=sh
# Retention: which restore points may go, and letting them go.
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# Prints `keep<TAB>NAME<TAB>rules` or `remove<TAB>NAME` for each point, newest first.
plan_retention() {
  list_points "$target" | sort -r | decide_retention
}

# The same for names on stdin, newest first.
decide_retention() {
  hold="$hold $(held_points)" awk -v last="$keep_last" -v hourly="$keep_hourly" -v daily="$keep_daily" \
    -v weekly="$keep_weekly" -v monthly="$keep_monthly" -v yearly="$keep_yearly" -f "$program/retention.awk"
}

# What another end has of this copy, and this end of another: without it the next snapshot would have to be sent whole,
# however long that end is away. A note holds nothing once that copy has left the spec.
held_points() {
  for held_note in "$state/holds/$id"/*; do
    held_by=${held_note##*/}
    case $held_by in *.new | '*') continue ;; esac
    if [ "$held_by" = "$id" ] || may_take "${held_by%%.*}" "${held_by#*.}" || [ -f "${configuration%/*}/$held_by.conf" ]; then
      cat "$held_note"
    fi
  done
}

# Whether the gate still sends points of this copy: KEY COPY.
may_take() { grep -qE "^takers='(.* )?$2( .*)?'\$" "$program/gate.d/$1/$id.conf" 2>/dev/null; }

# Only after a run that made a point, by a clock that the newest point is not ahead of.
retain() {
  [ -n "$keep_last$keep_hourly$keep_daily$keep_weekly$keep_monthly$keep_yearly" ] || return 0
  plan_retention >"$scratch"
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
