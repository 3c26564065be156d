# shellcheck shell=sh
# What this run is to read: the source's present state, or, in a chain, the newest point of another copy.
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# Sets reading (the point of a chain, or nothing), and verdict: ok, or why there is nothing to read from.
find_source() {
  reading='' verdict=ok reason=''
  if [ "$kind" = chain ]; then
    if [ -n "$sources" ]; then
      try_sources ask_newest
      settle_verdict
      reading=${candidate:-}
    else
      find_local_point
    fi
    [ "$verdict" = ok ] || return 0
    if is_ahead "$reading" "$clock_tolerance"; then
      verdict=refused reason=source-clock
      return 0
    fi
  fi
  if [ -z "$sources" ]; then guard_local; fi
}

find_local_point() {
  check_volume source "$source_root" "$source_id" "$source_volume" "$studio"
  if [ -n "$volume_reason" ]; then
    verdict=refused reason=$volume_reason
    return
  fi
  if ! tells_points "$source_path"; then
    verdict=refused reason=source-unread
    return
  fi
  reading=$(list_points "$source_path" | newest_by_now)
  [ -n "$reading" ] || { verdict=refused && reason=no-points; }
}

# Without a network between them there is no gate either, so the job asks the source's guard itself.
guard_local() {
  guard_path=$source_path${reading:+/points/$reading}
  guard_root=$source_root guard_id=$source_id guard_volume=$source_volume guard_mark=$busy_folder/$id
  guard_source
  source_name=$source_volume
  verdict=$guard_result reason=$guard_reason
}

# Is there anything to do? A chain copies a point that is newer than all here; a timer makes one point a period.
# A period counts from the last point, less a tenth for timers that wander, or from the turn of the clock.
is_due() {
  if [ -n "$reading" ] && ! is_new_here; then
    reason=nothing-newer
    [ -z "$ahead" ] || reason=clock-behind
    return 1
  fi
  [ -n "$newest" ] && [ "${period:-0}" -gt 0 ] && [ "$manual" != 1 ] || return 0
  due_moment=$now
  if [ -n "$reading" ]; then
    read_point_epoch "$reading"
    due_moment=$point_epoch
  fi
  read_point_epoch "$newest"
  [ "$due_moment" -ge "$point_epoch" ] || return 0
  [ $((due_moment / period)) -eq $((point_epoch / period)) ] || return 0
  [ $((due_moment - point_epoch)) -lt $((period - period / 10)) ] || return 0
  reason=period
  return 1
}

is_new_here() {
  [ ! -d "$target/points/$reading" ] || return 1
  [ -n "$newest" ] && [ "$newest" != "$ahead" ] || return 0
  [ "$(printf '%s\n%s\n' "$newest" "$reading" | sort | tail -n 1)" != "$newest" ]
}
