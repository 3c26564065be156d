# shellcheck shell=sh
# A restore point beside the data itself: a read-only snapshot of the subvolume, or of the dataset of ZFS, that it is.
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

make_snapshot() {
  find_newest_here || finish failed "$reason"
  find_due_source
  resumed=0 base=$newest_path
  if ! make_points || ! drop_partial; then finish failed restore-point; fi
  name_point
  case $store in
    zfs) snapshot_dataset ;;
    *) snapshot_subvolume ;;
  esac
  open=$guard_open bytes=0
  read_accepted
  judge_whole
  if [ "$by" != own ]; then
    # What was judged is what it would take now; it takes its own, under a name of its own.
    drop_partial || say "could not remove .partial; the next run does"
    run_tool
    if [ "$clock_behind" -eq 1 ]; then finish ok clock-behind; fi
    finish ok ''
  fi
  complete_point "$point" || finish failed restore-point
  restore_point=$point
  retain_and_finish
}

snapshot_subvolume() {
  partial=$target/.partial
  # The root of a subvolume has this number, and nothing else on btrfs.
  [ "$(stat -c %i "$source_path")" = 256 ] || finish refused source-no-subvolume
  btrfs subvolume snapshot "$source_path" "$partial" >>"$log_file" 2>&1 || finish failed restore-point
  # Of a whole volume it would hold the empty shells of other snapshots, and a sentinel that is this volume's alone.
  rm -rf "${partial:?}/$snapshots_name" "${partial:?}/$sentinel_name" || finish failed restore-point
}

# Sets newest and newest_path, by whoever makes the snapshots; fails, with a reason, when nothing tells.
find_newest_here() {
  if [ "$by" = own ]; then
    find_newest
    newest_path=$target/points/$newest
    return
  fi
  reason=tool-missing
  command -v "$by" >/dev/null 2>&1 || return 1
  reason=tool-listing
  find_made
}

# Judges a tree that no rsync made against $base: what is in it is counted first. Root looks, since owners came along.
judge_whole() {
  moved_bytes=$bytes judging_as=$receiver receiver=''
  run_watched rsync -rltHn --stats --no-h --exclude="$sentinel_name" --exclude="/$snapshots_name/" "$partial/" "$scratch.nothing/"
  [ "$rsync_code" -eq 0 ] || finish failed rsync-local
  read_items "$out_file"
  bytes=$moved_bytes
  judge_tree
  receiver=$judging_as
}
