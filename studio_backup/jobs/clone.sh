# shellcheck shell=sh
# A clone: another disk of this machine is kept equal to the source in place, so that it can stand in for it.
#
# It has no restore points and sets nothing aside: it would not fit twice. What is to go or to be rewritten is counted
# beforehand from two listings, which every rsync leaves alone, and the brake judges that.
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

make_clone() {
  find_source
  [ "$verdict" = ok ] || finish "$verdict" "$reason"
  choose_options || finish failed rsync-missing
  compare_clone
  judge_clone
  look_again
  clone_pass
  [ "$verdict" = ok ] || finish "$verdict" "$reason"
  open=$guard_open
  if [ "$rsync_counts" -eq 1 ]; then
    clone_deleted=$deleted clone_rewritten=$rewritten clone_created=$created clone_files=$files
    read_items "$out_file"
    deleted=$clone_deleted rewritten=$clone_rewritten created=$clone_created files=$clone_files
  fi
  find_newer
  if [ "$newer" -gt 0 ]; then finish failed newer-at-target; fi
  finish ok ''
}

# Every file of a tree as `ls` describes it, by names below the tree; not what is the volume's own, nor what is left out.
list_clone() (
  cd "$1" && find_copied '(' -path "./$snapshots_name" -o -path ./lost+found -o -path "./$sentinel_name" \
    -o -path ./.studio-backup-copy ')' -prune -o ! -type d -exec ls -lnd {} +
) 2>>"$log_file"

# Sets files, created, deleted, rewritten; in list_file stands what would go and what would be rewritten.
compare_clone() {
  list_clone "$source_path" >"$scratch.source" || finish failed rsync-partial
  list_clone "$target" >"$scratch.target" || finish failed rsync-local
  require_room
  : >"$list_file"
  compared=$(awk -v list="$list_file" -v names="${1:-0}" -f "$program/clone.awk" "$scratch.source" "$scratch.target")
  compared_names=${1:-0} compared_last=$(printf '%s\n' "$compared" | tail -n 1)
  # shellcheck disable=SC2086
  set -- $compared_last
  files=$1 before=$2 created=$3 deleted=$4 rewritten=$5
  require_list
  [ -z "$alike" ] || forgive_alike
  if [ "$compared_names" = 0 ]; then return; fi
  cat "$list_file"
  printf '%s\n' "$compared" | grep "^created$tab"
}

judge_clone() {
  [ "$files" -gt 0 ] || finish refused source-empty
  [ "$files" -ge "${floor:-1}" ] || finish refused too-few-files
  read_accepted
  brake_by_list
  use_accepted
  [ "$brake_word" = - ] || refuse_by_brake
}

# Two whole disks were walked since they were looked at. A volume that went in the meantime leaves a bare folder: what is
# empty would empty the clone, which sets nothing aside, and what is no clone would fill the system.
look_again() {
  check_volume source "$source_root" "$source_id" "$source_volume" "$studio"
  [ -n "$volume_reason" ] || check_volume target "$target_root" "$target_id" "$target_volume" "$studio"
  [ -z "$volume_reason" ] || finish refused "$volume_reason"
}

clone_pass() {
  set -- --exclude="/$sentinel_name" --exclude=/.studio-backup-copy --exclude="/$snapshots_name/" --exclude=/lost+found/ \
    "$source_path/" "$target/"
  [ ! -f "$exclude_file" ] || set -- --exclude-from="$exclude_file" "$@"
  [ -z "$bandwidth" ] || set -- --bwlimit="$bandwidth" "$@"
  if [ -n "$alike" ]; then
    mark_stale
    [ "$rsync_counts" -eq 0 ] || set -- "$item_format" "$@"
  elif [ "$rsync_counts" -eq 1 ]; then
    # rsync 3 says itself whether it was built to keep access lists and extended attributes.
    probe_rsync || finish failed rsync-missing
    set -- "$rsync_full" "$item_format" "$@"
  fi
  # The options are meant to be split.
  # shellcheck disable=SC2086
  run_watched rsync $rsync_options "$@"
  read_transfer
}

# What still differs was left alone because it is newer here, or changed at the source by now; the former is told.
find_newer() {
  newer=0
  mv -f "$list_file" "$scratch.before"
  clone_deleted=$deleted clone_rewritten=$rewritten clone_created=$created clone_files=$files
  compare_clone
  deleted=$clone_deleted rewritten=$clone_rewritten created=$clone_created files=$clone_files
  awk -F '\t' '$1 == "rewritten" { print $2 }' "$list_file" >"$scratch.differs"
  : >"$list_file"
  while IFS= read -r newer_name; do
    [ -n "$(find "$target/$newer_name" -prune -newer "$source_path/$newer_name" 2>/dev/null)" ] || continue
    newer=$((newer + 1))
    printf 'newer\t%s\n' "$newer_name" >>"$list_file"
  done <"$scratch.differs"
}
