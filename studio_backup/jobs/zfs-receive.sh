# shellcheck shell=sh
# Streams of ZFS into a dataset of the copy's own, VOLUME/ID below the one that the target volume is.
#
# Root receives, but into that dataset alone: it is named here, ZFS refuses a stream of several datasets for a snapshot
# that is named, and what properties a stream brings along do nothing here. What a cut leaves is no snapshot yet, and the
# next run goes on with it.
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# Sets landing, landing_there (1: it is) and landing_token (of half a stream, or nothing); fails when nothing can tell.
find_landing() {
  dataset_at "$target_root" || return 1
  landing=$zfs_dataset/$id landing_there=0 landing_token=''
  zfs_told=$(zfs list -H -d 1 -t filesystem -o name "$zfs_dataset" 2>>"$log_file") || return 1
  printf '%s\n' "$zfs_told" | grep -qxF -- "$landing" || return 0
  landing_there=1
  landing_token=$(zfs get -H -o value receive_resume_token "$landing" 2>>"$log_file") || return 1
  [ "$landing_token" != - ] || landing_token=''
  zfs_dataset=$landing
}

clear_zfs() { :; }

# Sets reading and reading_id to what an earlier run has half of, or has not judged; what the source no longer has, or
# nobody remembers, is given up. That one comes first, whatever is due by now: the first stream of all may take days.
half_zfs() {
  find_landing || finish failed target-unread
  [ "$landing_there" -eq 1 ] || return 1
  half_point='' half_id=''
  { IFS=$tab read -r half_point half_id <"$state/receive/$id"; } 2>/dev/null
  if is_point "$half_point" && [ "$half_point" != "$newest" ] && grep -qxF "$half_point$tab$half_id" "$scratch.source" &&
    [ "$(printf '%s\n%s\n' "$newest" "$half_point" | sort | tail -n 1)" = "$half_point" ] &&
    { [ -n "$landing_token" ] || zfs_waits; }; then
    reading=$half_point reading_id=$half_id
    return 0
  fi
  drop_zfs || finish failed restore-point
  return 1
}

# Gives up what has arrived and is no restore point.
drop_zfs() {
  find_landing || return 1
  [ "$landing_there" -eq 1 ] || return 0
  if [ -n "$landing_token" ]; then zfs receive -A "$landing" >>"$log_file" 2>&1 || return 1; fi
  drop_zfs_partial
}

# ZFS sends on top of the newest snapshot that is there, and of nothing else.
ready_zfs() {
  find_landing || return 1
  landing_new=$((1 - landing_there))
  # The points that are here are those of another dataset.
  if [ "$landing_new" -eq 1 ] && [ -n "$newest" ]; then finish refused no-base; fi
  # The form in which it is asked for at the gate.
  stream_request="send $source_gate $id $reading${common:+ $common}"
  if [ "$landing_there" -eq 1 ] && zfs_waits; then return 0; fi
  if [ -n "$landing_token" ]; then
    stream_request="resume $source_gate $id $reading $landing_token"
    return 0
  fi
  if [ "$landing_there" -eq 1 ]; then
    zfs_last=$(zfs_names | tail -n 1)
    if [ -z "$common" ] || [ "$zfs_last" != "$common" ]; then finish refused no-base; fi
    # What was refused or given up has left its traces in the dataset itself.
    zfs rollback "$landing@$common" >>"$log_file" 2>&1 || return 1
  fi
  printf '%s\t%s\n' "$reading" "$reading_id" >"$state/receive/$id.new" && mv -f "$state/receive/$id.new" "$state/receive/$id"
}

send_zfs() {
  # A whole stream does not fit behind half of one, and would hide that nothing comes of that half any more.
  if [ -n "$landing_token" ]; then resume_from_zfs "$source_path" "$reading" "$landing_token" || exit 1; fi
  send_from_zfs "$source_path" "$reading" ${common:+"$common"}
}

# Where snapshots are made by the clock on all there is, they would come between two of ours.
take_zfs() {
  set -- -o readonly=on -o setuid=off -o devices=off -o exec=off -o "mountpoint=$target/.received" \
    -o "$zfs_owner=$studio/$id" -o com.sun:auto-snapshot=false
  for zfs_property in canmount overlay sharenfs sharesmb snapdir quota refquota reservation refreservation; do
    set -- "$@" -x "$zfs_property"
  done
  exec zfs receive -s -u "$@" "$landing@$zfs_partial"
}

arrived_zfs() {
  zfs_told=$(zfs get -H -p -o value guid "$landing@$zfs_partial" 2>>"$log_file") && [ "$zfs_told" = "$reading_id" ]
}

# What was cut stays, unless nothing more comes of it: neither end could go on with it. Of what was not promised
# nothing stays, and no dataset that was made for it.
failed_zfs() {
  case $reason,$received_bytes in
    send,0 | receive,0) drop_zfs || return 1 ;;
    *) drop_zfs_partial || return 1 ;;
  esac
  find_landing || return 1
  if [ "$landing_new" -eq 0 ] || [ "$landing_there" -eq 0 ] || [ -n "$landing_token" ]; then return 0; fi
  # Somebody else may have made one of that name meanwhile.
  zfs_told=$(zfs get -H -o value,source "$zfs_owner" "$landing" 2>>"$log_file") || return 1
  [ "$zfs_told" = "$studio/$id${tab}local" ] || return 0
  zfs_listed=$(zfs_names) || return 1
  [ -n "$zfs_listed" ] || zfs destroy "$landing" >>"$log_file" 2>&1
}

# Whether what arrived can be looked at; not while its key is elsewhere. It is mounted outside of the unit that this
# runs in: for those who restore.
readable_zfs() {
  zfs_told=$(zfs get -H -o property,value keystatus,mounted "$landing" 2>>"$log_file") || finish failed restore-point
  case $zfs_told in
    *unavailable*) return 1 ;;
    *"mounted${tab}no"*) nsenter -t 1 -m zfs mount "$landing" >>"$log_file" 2>&1 || finish failed restore-point ;;
  esac
  look_into "$landing"
}
