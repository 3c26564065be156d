# shellcheck shell=sh
# The brake: does the new tree lose or rewrite more of the newest restore point than a day's work would?
#
# The cheap way counts: rsync lists no deletions on a fresh tree, so they are what the newest point held and the new
# tree did not keep. The exact way compares the two trees by name, and is taken when a count cannot tell: after a
# resumed run, with files that share an inode, where rsync counted more than it listed, for an unknown newest point, for
# snapshots, and to list what a refusal is about.
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# Sets brake_word to - or the reason. Numbers alone, or `-v accepted=FILE FILE... LIST`: files that were accepted come first.
ask_brake() {
  brake_words=$(awk -v percent="${brake_percent:-20}" -v least="${brake_files:-50}" -v before="$before" "$@")
  brake_word=${brake_words%% *}
}

brake_by_numbers() {
  brake_word=-
  [ $((deleted + rewritten)) -gt 0 ] || return 0
  ask_brake -v deleted="$deleted" -v rewritten="$rewritten" -f "$program/brake.awk" /dev/null
}

# In list_file stands everything; what an accepted list has in it does not count.
brake_by_list() {
  require_list
  if [ -n "$accepted_list" ]; then
    ask_brake -v accepted="$accepted_list" -f "$program/brake.awk" "$accepted_list" "$list_file"
  else
    ask_brake -f "$program/brake.awk" "$list_file"
  fi
}

# A list that ends early, as on a full disk, tells of a small change where there is a large one. The counts know better.
require_list() {
  listed=$(awk '/^(deleted|rewritten)\t/ { lines++ } END { print lines + 0 }' "$list_file")
  for counted in "$deleted" "$rewritten" "$listed"; do
    case $counted in '' | *[!0-9]*) finish failed state-full ;; esac
  done
  [ "$listed" -ge $((deleted + rewritten)) ] || finish failed state-full
}

# Right after a listing: BusyBox's programs and ssh end well although nothing that they wrote has found room.
require_room() {
  { printf '%4096s' x >"$scratch.room"; } 2>/dev/null || finish failed state-full
  rm -f "$scratch.room"
}

# Reads who accepted which run. Sets accepted_by and accepted_list, both empty when there is nothing to accept.
read_accepted() {
  accepted_by='' accepted_list='' accepted_run=''
  accept_file=$state/accept/$id
  [ -f "$accept_file" ] && [ ! -h "$accept_file" ] || return 0
  { IFS= read -r accepted_run && IFS= read -r accepted_by; } <"$accept_file" || :
  case $accepted_run in
    '' | *[!A-Za-z0-9-]*) accepted_by='' ;;
    *) accepted_list=$state/runs/$id.$accepted_run.list ;;
  esac
  [ -f "$accepted_list" ] || { say "accepted run $accepted_run has no list" && accepted_by='' accepted_list=''; }
}

# Once: whatever comes of this run, the next one is judged afresh.
use_accepted() {
  [ -z "$accepted_list" ] || say "accepted by $accepted_by: the list of run $accepted_run"
  [ ! -e "$accept_file" ] || rm -f "$accept_file"
}

# Compares two trees of this machine by type, size and time: NEWEST NEW. The newest point is compared against the new
# tree, not the other way round: only so does a file that became a link or a directory show as gone.
compare_trees() {
  out_file=$progress_file.compare
  : >"$list_file"
  run_watched rsync -rltHn --delete --stats --no-h "$item_format" --exclude="$partial_folder" --exclude="/$sentinel_name" \
    --exclude="/$snapshots_name/" "$1/" "$2/"
  cat "$err_file" >>"$log_file"
  [ "$rsync_code" -eq 0 ] || finish failed rsync-local
  judged_bytes=$bytes judged_size=$size judged_files=$files
  read_items "$out_file" -v reverse=1 -v list="$list_file"
  case $files,$lost in ,* | *[!0-9],* | *,1) finish failed state-full ;; esac
  require_list
  before=$files
  created=$((judged_files - before + deleted))
  bytes=$judged_bytes size=$judged_size files=$judged_files
  rm -f "$out_file"
}

# Judges $partial against $base, the newest point; ends the run when it may not become the next one.
judge_tree() {
  # rsync ended well: what it said has found no room.
  case $files in '' | *[!0-9]*) finish failed state-full ;; esac
  [ "$files" -gt 0 ] || finish refused source-empty
  [ "$files" -ge "${floor:-1}" ] || finish refused too-few-files
  if [ -z "$newest" ]; then
    deleted=0 rewritten=0
    use_accepted
    return
  fi
  recall_point "$newest"
  before=$remembered
  judge_exactly=0
  if [ "$engine" != rsync ] || [ -z "$before" ] || [ "$((resumed + hardlinked + lost))" -gt 0 ] || [ -n "$accepted_list" ]; then
    judge_exactly=1
  else
    deleted=$((before - files + created))
    brake_by_numbers
    if [ "$deleted" -lt 0 ] || [ "$brake_word" != - ]; then judge_exactly=1; fi
  fi
  if [ "$judge_exactly" -eq 1 ]; then
    compare_trees "$base" "$partial"
    brake_by_list
  fi
  use_accepted
  [ "$brake_word" = - ] || refuse_by_brake
}

refuse_by_brake() {
  say "brake: of $before files $deleted are gone and $rewritten rewritten; the list is in ${list_file##*/}"
  finish refused "$brake_word"
}
