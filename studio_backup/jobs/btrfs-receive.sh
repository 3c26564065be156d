# shellcheck shell=sh
# Streams of btrfs, into $target/.receiving/RUN.
#
# They are received by root, since nobody else may, but in a room of its own: all that it can write to is that one folder.
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

ready_btrfs() {
  receiving=$target/.receiving/$run
  stream_request="send $source_gate $id $reading${common:+ $common}"
  make_folder .receiving && [ ! -h "$receiving" ] && mkdir -p "$receiving"
}

send_btrfs() {
  [ -z "$common" ] || set -- -p "$source_path/points/$common"
  exec btrfs send -q "$@" "$source_path/points/$reading"
}

arrived_btrfs() {
  read_snapshot "$receiving/$reading" && [ "$snapshot_received" = "$reading_id" ]
}

readable_btrfs() { partial=$receiving/$reading; }

half_btrfs() { return 1; }

failed_btrfs() { clear_btrfs; }

drop_btrfs() { clear_btrfs; }

# In a mount table of its own: programs and the volume to read, the folder below .receiving to write, and no other path.
take_btrfs() {
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
clear_btrfs() {
  if [ -h "$target/.receiving" ] || [ ! -d "$target/.receiving" ]; then return 0; fi
  for received in "$target/.receiving"/*/*; do
    if [ -h "$received" ] || [ ! -d "$received" ]; then continue; fi
    btrfs subvolume delete "$received" >>"$log_file" 2>&1 || :
  done
  rm -rf "$target/.receiving"
}
