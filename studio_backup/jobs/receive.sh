# shellcheck shell=sh
# One stream of a snapshot: from the gate, or from this machine, to where nothing counts yet.
#
# What is particular to a file system has its name at the end, of functions and of the file that they are in:
#   clear_  removes what earlier runs left; half_  finds what is to be gone on with (sets reading, reading_id)
#   ready_  prepares for $reading on top of $common; send_  sends it from this machine; take_  receives it on stdin
#   arrived_  is it the one that was promised; failed_, drop_  clean up; readable_  sets partial, the tree to be judged
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# Receives $reading on top of $common. Sets verdict, reason and received_bytes.
receive_stream() {
  received_bytes=0
  mkdir -p "$state/receive" || finish failed restore-point
  "ready_$way" || finish failed restore-point
  if "arrived_$way"; then
    verdict=ok reason=''
    return
  fi
  rm -f "$scratch.wire" "$scratch.counted"
  mkfifo -m 0600 "$scratch.wire" "$scratch.counted" || finish failed restore-point
  send_stream >"$scratch.wire" 2>"$err_file" </dev/null &
  sender=$!
  dd bs=65536 <"$scratch.wire" >"$scratch.counted" 2>"$scratch.count" &
  counter=$!
  "take_$way" <"$scratch.counted" >"$scratch.received" 2>&1 &
  child="$! $sender $counter"
  wait "$!"
  receiver_code=$?
  wait "$sender"
  sender_code=$?
  wait "$counter"
  child=''
  cat "$err_file" "$scratch.received" >>"$log_file"
  received_bytes=$(awk '/bytes/ { print $1; exit }' "$scratch.count")
  case $received_bytes in '' | *[!0-9]*) received_bytes=0 ;; esac
  settle_stream
}

send_stream() {
  if [ -n "$sources" ]; then
    # The line is meant to be split.
    # shellcheck disable=SC2086
    exec_as_receiver $ssh_line "$source_user@$source_address" "$stream_request"
  fi
  hold_points "$source_path" "$source_copy" "$id" ${common:+"$common"} "$reading" || exit 1
  "send_$way"
}

# Whole is what both ends say is whole, and what carries the id that the source has promised. A stream that was cut
# makes the receiver complain of its end: the sender is to blame, or the wire.
settle_stream() {
  verdict=failed
  if [ "$sender_code" -eq 0 ] && [ "$receiver_code" -eq 0 ] && "arrived_$way"; then
    verdict=ok reason=''
  elif grep -q '^studio-backup-gate: ' "$err_file"; then
    read_verdict "$sender_code" "$err_file" 1
  elif grep -qiE 'no space left on device|out of space|quota exceeded' "$scratch.received"; then
    reason=no-space
  elif [ "$sender_code" -eq 255 ] && [ -n "$sources" ]; then
    reason=rsync-network
  elif [ "$receiver_code" -ne 0 ] && ! grep -qE 'EOF|empty stream|short read|incomplete stream' "$scratch.received"; then
    reason=receive
  else
    reason=send
  fi
  [ "$verdict" = ok ] || "failed_$way" || say "could not remove what has arrived; the next run does"
}

# Gives up what has arrived and is no restore point: it may fill the disk.
drop_received() {
  case $engine in *-send) "drop_$way" ;; esac
}
