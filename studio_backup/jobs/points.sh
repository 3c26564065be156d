# shellcheck shell=sh
# Restore points at the target: finding, completing and removing them. A point is there whole, or it is not there.
#
# $target/points/NAME are complete, $target/.partial is being built, $target/.removing is going.
# $state/points/ID remembers `NAME<TAB>files<TAB>bytes` of each, outside the reach of the receiver.
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# Prints the complete points of a copy directory, oldest first.
list_points() {
  if on_zfs "$1"; then
    list_zfs_points "$1"
    return
  fi
  for listed in "$1/points"/*; do
    listed_name=${listed##*/}
    if is_point "$listed_name" && [ -d "$listed" ] && [ ! -h "$listed" ]; then printf '%s\n' "$listed_name"; fi
  done
}

# Sets newest to the newest point here, or to nothing. What a wrong clock dated in the future would hide from a chain
# all that comes from now on, and from a landing, whose points are named before they are made and by this clock alone:
# there newest is the one before it, if there is one, and ahead that of the future.
find_newest() {
  newest='' ahead=''
  if on_zfs "$target"; then
    newest=$(list_zfs_points "$target") || finish failed target-unread
    newest=$(printf '%s\n' "$newest" | tail -n 1)
  else
    for listed in "$target/points"/*; do
      listed_name=${listed##*/}
      if is_point "$listed_name" && [ -d "$listed" ] && [ ! -h "$listed" ]; then newest=$listed_name; fi
    done
  fi
  case $kind in
    chain) ahead_by=$clock_tolerance ;;
    landing) ahead_by=0 ;;
    *) return 0 ;;
  esac
  if [ -z "$newest" ] || { ! is_ahead "$newest" "$ahead_by" && ! is_after_landed "$newest"; }; then return 0; fi
  ahead=$newest
  newest=$(list_points "$target" | newest_by_now)
}

# By the time that somebody looks, a clock that was set back may have passed the points that it had made before.
is_after_landed() {
  [ -n "${landed_point:-}" ] && [ "$1" != "$landed_point" ] &&
    [ "$(printf '%s\n%s\n' "$1" "$landed_point" | sort | tail -n 1)" = "$1" ]
}

# The target directory itself: there, no link, and marked as this copy's.
check_target() {
  target_reason=''
  check_volume target "$target_root" "$target_id" "$target_volume" "$studio"
  [ -z "$volume_reason" ] || { target_reason=$volume_reason && return; }
  if [ ! -d "$target" ] || [ -h "$target" ]; then target_reason=target-missing && return; fi
  target_marker=$target/.studio-backup-copy
  if [ -f "$target_marker" ] && [ ! -h "$target_marker" ]; then
    target_line=''
    IFS= read -r target_line <"$target_marker" || :
    [ "$target_line" = "$studio$tab$dataset$tab$copy" ] || target_reason=target-foreign
  elif [ -n "$(foreign_files | head -n 1)" ]; then
    target_reason=target-foreign
  else
    target_unmarked=1
  fi
  [ -n "$target_reason" ] || tells_points "$target" || target_reason=target-unread
  [ -n "$target_reason" ] || has_room "$target" || target_reason=no-space
}

# What a fresh volume, or the landing of a copy that is pushed, has in it before the first run is nobody's data.
foreign_files() (
  cd "$target" || exit 1
  set -- ! -name . ! -name lost+found ! -name "$sentinel_name"
  [ "$kind" != landing ] || set -- "$@" ! -path ./landing ! -path './landing/*'
  for foreign_name in .Spotlight-V100 .fseventsd .Trashes .TemporaryItems .DocumentRevisions-V100; do
    [ "$mode" != clone ] || set -- "$@" ! -path "./$foreign_name" ! -path "./$foreign_name/*"
  done
  find . "$@" -print 2>/dev/null
)

# An empty directory becomes ours. `set -C` writes through no link.
mark_target() {
  [ -z "${target_unmarked:-}" ] || (set -C && printf '%s\t%s\t%s\n' "$studio" "$dataset" "$copy" >"$target/.studio-backup-copy")
}

# A directory of the job's own in the target, made as the job and never taken over from a link.
make_folder() {
  [ ! -h "$target/$1" ] || return 1
  [ -d "$target/$1" ] || mkdir -m 0755 "$target/$1"
}

# Where restore points stand. On ZFS it is a link, and on any other file system never one.
make_points() {
  if [ "$store" = zfs ]; then link_points; else make_folder points; fi
}

# Makes $target/.partial ready to be written by the receiver; sets resumed to 1 when an earlier run left one.
prepare_partial() {
  partial=$target/.partial resumed=0
  make_folder points || return 1
  remove_leftovers
  [ ! -h "$partial" ] || return 1
  # Where points are snapshots, a plain directory can never become one.
  if [ "$store" = btrfs ] && [ -d "$partial" ] && ! btrfs subvolume show "$partial" >/dev/null 2>&1; then
    say ".partial is no subvolume: removed"
    if ! make_folder .removing || ! mv "$partial" "$target/.removing/partial"; then return 1; fi
    remove_leftovers
  fi
  if [ -d "$partial" ]; then
    resumed=1
    # A file that shares its inode with a restore point must not be touched there; it is linked again at no cost.
    [ "$store" = btrfs ] || as_receiver find "$partial" ! -type d -links +1 -exec rm -f {} +
  elif [ "$store" != btrfs ]; then
    mkdir -m 0700 "$partial" && give_to_receiver "$partial"
  elif [ -n "$newest" ]; then
    btrfs subvolume snapshot "$target/points/$newest" "$partial" >>"$log_file" 2>&1
  else
    btrfs subvolume create "$partial" >>"$log_file" 2>&1 && give_to_receiver "$partial"
  fi
}

# A tree that filled the disk is given up: others keep their copies on that volume too. It is only a head start.
drop_partial() {
  if [ "$store" = zfs ]; then
    drop_zfs_partial
    return
  fi
  if [ -h "$target/.partial" ] || [ ! -d "$target/.partial" ]; then return 0; fi
  if [ "$store" = btrfs ]; then
    btrfs subvolume delete "$target/.partial" >>"$log_file" 2>&1
  else
    make_folder .removing && mv "$target/.partial" "$target/.removing/partial" && remove_leftovers
  fi
}

remove_leftovers() {
  [ -h "$target/.removing" ] || [ ! -d "$target/.removing" ] || rm -rf "$target/.removing"
}

# Makes the finished tree the restore point $1. What was moved must be on the disk before it has the name.
complete_point() {
  if [ "$store" = zfs ]; then
    complete_zfs_point "$1" && remember_point "$1"
    return
  fi
  if [ -e "$target/points/$1" ] || [ -h "$target/points/$1" ]; then return 1; fi
  clean_partial || return 1
  if [ "${bytes:-0}" != 0 ] || [ "$resumed" -eq 1 ]; then write_out || return 1; fi
  if [ "$store" = btrfs ]; then
    btrfs subvolume snapshot -r "$partial" "$target/points/$1" >>"$log_file" 2>&1 || return 1
    btrfs subvolume delete "$partial" >>"$log_file" 2>&1 || say "could not remove .partial; the next run goes on with it"
  else
    mv "$partial" "$target/points/$1" || return 1
  fi
  remember_point "$1"
}

# What could not be written is told once, and here. The next run would take it for there by size and time, so all is given up.
write_out() {
  sync_told=$(cd "$partial" && sync -f . 2>&1) && return 0
  case $sync_told in
    *[Oo]ption* | *[Uu]sage*) sync ;;
    *)
      say "what was moved is not on the disk, and is given up: $sync_told"
      drop_partial
      return 1
      ;;
  esac
}

# A half file whose original is gone by now stays behind in rsync's own folder.
clean_partial() {
  [ "$resumed" -eq 0 ] || as_receiver find "$partial" -type d -name "$partial_folder" -prune -exec rm -rf {} +
}

# One line a name: a mirror's is told anew by each run.
remember_point() {
  {
    if [ -r "$state/points/$id" ]; then
      while IFS= read -r remembered_line || [ -n "$remembered_line" ]; do
        [ "${remembered_line%%"$tab"*}" = "$1" ] || printf '%s\n' "$remembered_line"
      done <"$state/points/$id"
    fi
    printf '%s\t%s\t%s\n' "$1" "$files" "$size"
  } >"$state/points/$id.new" && mv -f "$state/points/$id.new" "$state/points/$id"
}

# Removes a restore point: out of sight in one step, then for good.
remove_point() {
  is_point "$1" || return 1
  if [ "$store" = zfs ]; then
    remove_zfs_point "$1"
  elif [ "$store" = btrfs ]; then
    btrfs subvolume delete "$target/points/$1" >>"$log_file" 2>&1
  else
    make_folder .removing && mv "$target/points/$1" "$target/.removing/$1" && rm -rf "$target/.removing"
  fi
}

# Sets remembered to the number of files in point $1, or to nothing.
recall_point() {
  remembered=''
  [ -r "$state/points/$id" ] || return 0
  while IFS=$tab read -r recalled_name recalled_files _; do
    [ "$recalled_name" != "$1" ] || remembered=$recalled_files
  done <"$state/points/$id"
}

# Forgets what was remembered of points that are gone.
forget_points() {
  [ -r "$state/points/$id" ] || return 0
  list_points "$target" >"$state/points/$id.new"
  awk -F '\t' 'NR == FNR { there[$1] = 1; next } $1 in there' "$state/points/$id.new" "$state/points/$id" >"$state/points/$id.kept" &&
    mv -f "$state/points/$id.kept" "$state/points/$id"
  rm -f "$state/points/$id.new"
}
