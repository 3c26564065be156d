# shellcheck shell=sh
# Replication: points of another copy that are snapshots arrive as streams, each on top of the newest that both ends have.
#
# A month away is many points: they come one by one, oldest first, and each is a restore point before the next is asked
# for, so a run that is cut goes on with the next. What both ends have is held: there by the gate, here below.
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

replicate() {
  if ! make_points || ! "clear_$way"; then finish failed restore-point; fi
  find_newest
  list_source
  [ "$verdict" = ok ] || finish "$verdict" "$reason"
  is_due || finish ok "$reason"
  read_held || finish failed hold-unread
  name_point
  find_common
  moved_bytes=0 all_bytes=0 all_created=0 all_deleted=0 all_rewritten=0
  latest=$reading
  if "half_$way"; then receive_point; fi
  reading=$latest
  choose_points >"$scratch.wanted"
  while IFS=$tab read -r reading reading_id; do
    has_room "$target" || finish refused no-space
    receive_point
  done <"$scratch.wanted"
  # The newest is always wanted, unless one of the future takes its place: without it the list was cut, as on a full disk.
  if [ "$newest" != "$latest" ] && [ -z "$ahead" ]; then finish failed state-full; fi
  bytes=$all_bytes created=$all_created deleted=$all_deleted rewritten=$all_rewritten
  retain_and_finish
}

# Writes `NAME<TAB>ID` of what the source can send to $scratch.source, and sets reading to the newest. Sets verdict.
list_source() {
  verdict=ok reason='' candidate=''
  if [ -n "$sources" ]; then
    try_sources ask_snapshots
    settle_verdict
  else
    check_volume source "$source_root" "$source_id" "$source_volume" "$studio"
    source_name=$source_volume
    [ -n "$volume_reason" ] || name_source || volume_reason=source-unread
    if [ -n "$volume_reason" ]; then verdict=refused reason=$volume_reason; fi
  fi
  [ "$verdict" = ok ] || return 0
  reading=$(cut -f 1 "$scratch.source" | newest_by_now)
  if [ -z "$reading" ]; then
    verdict=refused reason=no-points
  elif is_ahead "$reading" "$clock_tolerance"; then
    verdict=refused reason=source-clock
  fi
}

name_source() {
  tells_points "$source_path" || return 1
  list_points "$source_path" | name_snapshots "$source_path" >"$scratch.source"
}

# What a gate says is taken line by line, and only what has the form of a point and of an id.
ask_snapshots() {
  # The line is meant to be split.
  # shellcheck disable=SC2086
  as_receiver $ssh_line "$source_user@$source_address" "snapshots $source_gate" </dev/null >"$scratch.answer" 2>"$err_file"
  snapshots_code=$?
  # Of a disk without room neither the answer nor what was said of it can be believed.
  require_room
  read_verdict "$snapshots_code" "$err_file" 0
  cat "$err_file" >>"$log_file"
  [ "$verdict" = ok ] || return 0
  while IFS=$tab read -r answered_point answered_id; do
    case $answered_id in '' | *[!0-9a-f-]*) continue ;; esac
    if is_point "$answered_point"; then printf '%s\t%s\n' "$answered_point" "$answered_id"; fi
  done <"$scratch.answer" | sort >"$scratch.source" || finish failed state-full
  require_room
}

# Prints `NAME<TAB>ID` of what shall come, oldest first: newer than all here, of each period the newest, and of those
# what retention would not remove again at once.
choose_points() {
  awk -F '\t' -v after="$newest" -v until="$reading" '$1 > after && $1 <= until' "$scratch.source" | one_a_period >"$scratch.newer"
  { list_points "$target"; cut -f 1 "$scratch.newer"; } | sort -r | decide_retention |
    awk -F '\t' 'decided { if ($1 == "keep") kept[$2] = 1; next } $1 in kept' decided=1 - decided=0 "$scratch.newer"
}

one_a_period() {
  slot_line='' slot_before='' slot_taken=''
  if [ -n "$newest" ] && [ "${period:-0}" -gt 0 ]; then
    read_point_epoch "$newest"
    slot_taken=$((point_epoch / period))
  fi
  while IFS= read -r slot_next; do
    if [ "${period:-0}" -eq 0 ]; then
      printf '%s\n' "$slot_next"
      continue
    fi
    read_point_epoch "${slot_next%%"$tab"*}"
    slot=$((point_epoch / period))
    if [ -n "$slot_line" ] && [ "$slot" != "$slot_before" ] && [ "$slot_before" != "$slot_taken" ]; then
      printf '%s\n' "$slot_line"
    fi
    slot_line=$slot_next slot_before=$slot
  done
  # That the newest is due has been asked already.
  [ -z "$slot_line" ] || printf '%s\n' "$slot_line"
}

# Sets common to the newest point that both ends have, by its id and not by its name alone.
find_common() {
  common=''
  # What is not in this list would be sent whole.
  list_points "$target" | sort -r >"$scratch.here" || finish failed state-full
  require_room
  while IFS= read -r here_point; do
    read_snapshot "$target/points/$here_point"
    case $? in 0) ;; 1) continue ;; *) finish failed target-unread ;; esac
    if grep -qxF "$here_point$tab$snapshot_received" "$scratch.source"; then
      common=$here_point
      return
    fi
  done <"$scratch.here"
  say "no restore point is on both ends: the first one is sent whole"
}

# Receives $reading, judges it against the newest point and makes it the next one; ends the run when it may not stand.
receive_point() {
  receive_stream
  [ "$verdict" = ok ] || finish "$verdict" "$reason"
  resumed=0 bytes=$received_bytes
  base=$target/points/$newest
  read_accepted
  if "readable_$way"; then
    judge_whole
  else
    files='' size='' created=0 deleted=0 rewritten=0
    use_accepted
    say "$reading is encrypted, and its key is not here: it was judged where it was made"
  fi
  complete_point "$reading" || finish failed restore-point
  rmdir "$receiving" 2>/dev/null
  hold_points "$target" "$id" "$id" "$reading" || finish failed restore-point
  say "received $reading, $received_bytes bytes on top of ${common:-nothing}"
  restore_point=$reading newest=$reading common=$reading
  all_bytes=$((all_bytes + received_bytes)) all_created=$((all_created + ${created:-0}))
  all_deleted=$((all_deleted + deleted)) all_rewritten=$((all_rewritten + rewritten))
}
