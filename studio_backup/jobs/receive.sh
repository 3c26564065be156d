# shellcheck shell=sh
# One stream of a snapshot: from the gate, or from this machine, into $target/.receiving/RUN, where nothing counts yet.
#
# It is received by root, since nobody else may, but in a room of its own: all that it can write to is that one folder.
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# Receives $reading on top of $common. Sets verdict and reason, receiving (the folder) and received_bytes.
receive_stream() {
  receiving=$target/.receiving/$run received_bytes=0
  if ! make_folder .receiving || [ -h "$receiving" ] || ! mkdir -p "$receiving"; then finish failed restore-point; fi
  mkdir -p "$state/receive" || finish failed restore-point
  rm -f "$scratch.wire" "$scratch.counted"
  mkfifo -m 0600 "$scratch.wire" "$scratch.counted" || finish failed restore-point
  send_stream >"$scratch.wire" 2>"$err_file" </dev/null &
  sender=$!
  dd bs=65536 <"$scratch.wire" >"$scratch.counted" 2>"$scratch.count" &
  counter=$!
  receive_confined <"$scratch.counted" >"$scratch.received" 2>&1 &
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
    exec_as_receiver $ssh_line "$source_user@$source_address" "send $source_gate $id $reading${common:+ $common}"
  fi
  hold_points "$source_copy" "$id" ${common:+"$common"} "$reading" || exit 1
  [ -z "$common" ] || set -- -p "$source_path/points/$common"
  exec btrfs send -q "$@" "$source_path/points/$reading"
}

# Whole is what both ends say is whole, and what carries the id that the source has promised. A stream that was cut
# makes the receiver complain of its end: the sender is to blame, or the wire.
settle_stream() {
  verdict=failed
  if [ "$sender_code" -eq 0 ] && [ "$receiver_code" -eq 0 ] && read_snapshot "$receiving/$reading" &&
    [ "$snapshot_received" = "$reading_id" ]; then
    verdict=ok reason=''
  elif grep -q '^studio-backup-gate: ' "$err_file"; then
    read_verdict "$sender_code" "$err_file" 1
  elif grep -qE 'No space left on device|Disk quota exceeded' "$scratch.received"; then
    reason=no-space
  elif [ "$sender_code" -eq 255 ] && [ -n "$sources" ]; then
    reason=rsync-network
  elif [ "$receiver_code" -ne 0 ] && ! grep -qE 'EOF|empty stream|short read' "$scratch.received"; then
    reason=receive
  else
    reason=send
  fi
  [ "$verdict" = ok ] || remove_received || say "could not remove .receiving; the next run does"
}

# In a mount table of its own: programs and the volume to read, the folder below .receiving to write, and no other path.
receive_confined() {
  # What is in quotes is that shell's to fill in.
  # shellcheck disable=SC2016
  exec unshare --mount --propagation private sh -euc '
    room=$1 root=$2 inside=$3
    mount -t tmpfs -o mode=0700,size=1m none "$room"
    for part in bin sbin lib lib32 lib64 usr; do
      if [ -h "/$part" ]; then
        cp -P "/$part" "$room/$part"
      elif [ -d "/$part" ]; then
        mkdir "$room/$part"
        mount --bind "/$part" "$room/$part"
        mount -o remount,bind,ro "$room/$part"
      fi
    done
    mkdir "$room/volume"
    mount --bind "$root" "$room/volume"
    mount -o remount,bind,ro "$room/volume"
    mount --bind "$root/$inside" "$room/volume/$inside"
    exec chroot "$room" btrfs receive -e -m /volume "/volume/$inside"' \
    sh "$state/receive" "${target_root%/}" "${receiving#"${target_root%/}"/}"
}

# Half of a snapshot is no head start: a stream cannot go on where it was cut.
remove_received() {
  if [ -h "$target/.receiving" ] || [ ! -d "$target/.receiving" ]; then return 0; fi
  for received in "$target/.receiving"/*/*; do
    if [ -h "$received" ] || [ ! -d "$received" ]; then continue; fi
    btrfs subvolume delete "$received" >>"$log_file" 2>&1 || :
  done
  rm -rf "$target/.receiving"
}
