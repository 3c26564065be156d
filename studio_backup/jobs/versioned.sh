# shellcheck shell=sh
# Making a restore point: build the tree aside, judge it, give it its name, let old ones go.
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

make_point() {
  find_newest
  find_due_source
  base=$target/points/$newest
  judged_tree
  complete_point "$point" || finish failed restore-point
  restore_point=$point
  retain_and_finish
}

# Builds the new tree in .partial and judges it against $base; ends the run when it may not stand.
judged_tree() {
  look_at_target
  prepare_partial || finish failed restore-point
  name_point
  build_tree
  if [ "$reason" = no-space ]; then drop_partial; fi
  [ "$verdict" = ok ] || finish "$verdict" "$reason"
  read_items "$out_file"
  read_accepted
  judge_tree
}

# The source may have been looked at for long. Of a volume that went meanwhile a bare folder is left, on the system's disk.
look_at_target() {
  check_volume target "$target_root" "$target_id" "$target_volume" "$studio"
  [ -z "$volume_reason" ] || finish refused "$volume_reason"
}

# A period is asked before the source where the answer needs no source: a point too many costs no connection.
find_due_source() {
  if [ "$kind" != chain ]; then
    reading=''
    is_due || finish ok "$reason"
  fi
  find_source
  [ "$verdict" = ok ] || finish "$verdict" "$reason"
  if [ "$kind" = chain ]; then
    is_due || finish ok "$reason"
  fi
}

# The name is the moment at which the source is read, so it is taken right before that. Two runs within a second: the
# second waits for a moment of its own. A chain keeps its source's name.
name_point() {
  read_clock
  clock_behind=0
  if [ -n "$ahead" ] || { is_point "$newest" && is_ahead "$newest" 0; }; then clock_behind=1; fi
  point=$now_point
  if [ -n "$reading" ]; then
    point=$reading
  else
    while [ -e "$target/points/$point" ]; do
      sleep 1
      read_clock
      point=$now_point
    done
  fi
  if [ "$clock_behind" -eq 1 ]; then say "the clock is behind the newest restore point: nothing will be removed"; fi
}

build_tree() {
  set -- "$partial" "$reading" --info=progress2
  # A fresh tree needs no --delete; a resumed one, or a snapshot, holds what may be gone from the source by now.
  if [ "$resumed" -eq 1 ] || [ "$store" = btrfs ]; then set -- "$@" --delete; fi
  # On one machine rsync copies whole files, which would begin a half-copied one again.
  if [ "$resumed" -eq 1 ] && [ -z "$sources" ]; then set -- "$@" --no-whole-file; fi
  # rsync only warns of a missing directory here, and copies everything.
  if [ -n "$newest" ] && [ "$store" != btrfs ]; then set -- "$@" --link-dest="$base"; fi
  alike_option=--modify-window=$alike
  transfer "$@"
  [ -z "$alike" ] || [ "$verdict" != ok ] || take_again
}
