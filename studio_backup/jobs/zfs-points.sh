# shellcheck shell=sh
# Making and removing restore points that are snapshots of ZFS. One that is new has another name until it was judged.
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# Makes $target/points the link that it is on ZFS; one that leads elsewhere is somebody else's.
link_points() {
  zfs_link=$zfs_beside
  [ "$engine" = snapshot ] || zfs_link=$zfs_arriving
  [ -h "$target/points" ] || ln -s "$zfs_link" "$target/points" || return 1
  [ "$(readlink "$target/points")" = "$zfs_link" ] || { say "points is no link to $zfs_link" && return 1; }
}

# Snapshots the dataset that the source is, and nothing less.
snapshot_dataset() {
  if ! find_mount "$source_path" || [ "$mount_type" != zfs ]; then finish refused source-no-subvolume; fi
  zfs snapshot -o "$zfs_owner=$studio/$id" "$mount_source@$zfs_partial" >>"$log_file" 2>&1 || finish failed restore-point
  look_into "$mount_source"
}

# Mounts what waits for its judgement, and the newest point of the same dataset, where nobody else looks: sets partial and
# base. What ZFS itself mounts below .zfs would stay there under the name that the snapshot had before.
look_into() {
  look_away
  look=$state/look/$id
  mkdir -p "$look/new" "$look/before" || finish failed restore-point
  partial=$look/new
  mount -i -t zfs -o ro "$1@$zfs_partial" "$partial" >>"$log_file" 2>&1 || finish failed restore-point
  if [ "$by" != own ] || [ -z "$newest" ]; then return 0; fi
  base=$look/before
  mount -i -t zfs -o ro "$1@$newest" "$base" >>"$log_file" 2>&1 || finish failed restore-point
}

# Nor does it hold what is to be renamed or to go.
look_away() {
  [ "$store" = zfs ] || return 0
  for looked in "$state/look/$id/new" "$state/look/$id/before"; do
    while find_mount "$looked"; do umount "$looked" >>"$log_file" 2>&1 || umount -l "$looked" || return 0; done
  done
}

# 0: zfs_dataset has a snapshot that waits for its judgement; 1: it has none; 2: nothing can tell.
zfs_waits() {
  zfs_listed=$(zfs_names) || return 2
  printf '%s\n' "$zfs_listed" | grep -qxF -- "$zfs_partial"
}

# Removes what a run that was killed or refused has left of a new point.
drop_zfs_partial() {
  look_away
  on_zfs "$target" || return 0
  dataset_of "$target"
  case $? in 0) ;; 1) return 0 ;; *) return 1 ;; esac
  zfs_waits
  case $? in
    0) zfs destroy "$zfs_dataset@$zfs_partial" >>"$log_file" 2>&1 ;;
    1) return 0 ;;
    *) return 1 ;;
  esac
}

# A name is changed in one step, and is on the disks when that ends.
complete_zfs_point() {
  look_away
  dataset_of "$target" && zfs rename "$zfs_dataset@$zfs_partial" "$zfs_dataset@$1" >>"$log_file" 2>&1
}

# Removes a point of this copy: never one of the same name that somebody else made, nor one that is held for a copy of
# the spec. Holds of copies that have left it hold nothing.
remove_zfs_point() {
  dataset_of "$target" || return 1
  zfs_told=$(zfs get -H -o value "$zfs_owner" "$zfs_dataset@$1" 2>>"$log_file") || return 1
  [ "$zfs_told" = "$studio/$id" ] || { say "$1 was not made by this copy" && return 1; }
  zfs_told=$(zfs_holds) || return 1
  printf '%s\n' "$zfs_told" | while IFS=$tab read -r zfs_name zfs_who; do
    [ "$zfs_name" = "$1" ] || continue
    still_counts "$zfs_who"
    [ $? -eq 1 ] || exit 1
    zfs release "studio-backup:$studio:$zfs_who" "$zfs_dataset@$1" || exit 1
  done || return 1
  zfs destroy "$zfs_dataset@$1" >>"$log_file" 2>&1
}
