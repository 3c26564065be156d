# shellcheck shell=sh
# A mirror: current/ is kept like the source, and what it replaces or deletes goes to replaced/MOMENT/.
#
# The new tree is built aside like a restore point and judged there, then current/ is brought level with it on this
# machine: the gate takes no --backup-dir from a puller, and the network is asked once. A file that is newer here than
# at its source is left alone and listed; the rest is copied, and the run counts as failed until somebody has looked.
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

make_mirror() {
  store=tree newest='' base=$target/current
  if [ -h "$base" ]; then finish refused target-foreign; fi
  if [ -d "$base" ]; then newest=current; fi
  find_source
  [ "$verdict" = ok ] || finish "$verdict" "$reason"
  judged_tree
  level_mirror
  remember_point current
  if [ "$newer" -gt 0 ]; then finish failed newer-at-target; fi
  finish ok ''
}

# Brings current/ level with the tree aside: first what is there already, set aside where it differs, then what is new,
# by a link. In one pass rsync would put links over differing files and set nothing aside.
level_mirror() {
  if ! clean_partial || ! write_out; then finish failed restore-point; fi
  make_folder replaced || finish failed restore-point
  [ -d "$base" ] || { mkdir -m 0700 "$base" && give_to_receiver "$base"; } || finish failed restore-point
  mirror_letters="$rsync_full --numeric-ids"
  if [ -n "$receiver" ]; then
    mirror_letters=-rlptHS
    give_to_receiver "$target/replaced"
  fi
  out_file=$progress_file.level
  level_pass --existing --delete --update --info=skip --stats --no-h --backup --backup-dir="$target/replaced/$point"
  # Without rsync's last words, what it left alone may not be among those that have found room.
  newer=$(awk -v list="$scratch" -f "$program/items.awk" "$out_file" | awk '$1 != "-" && !$9 { print $8 }')
  case $newer in '' | *[!0-9]*) finish failed state-full ;; esac
  [ "$newer" -eq 0 ] || grep '^newer' "$scratch" >"$list_file"
  level_pass --ignore-existing --link-dest="$partial"
  drop_partial || say "could not remove .partial; the next run goes on with it"
}

level_pass() {
  # The letters are meant to be split.
  # shellcheck disable=SC2086
  run_watched rsync $mirror_letters "$item_format" --exclude="$sentinel_name" "$@" "$partial/" "$base/"
  cat "$err_file" >>"$log_file"
  read_verdict "$rsync_code" "$err_file" 1
  [ "$verdict" = ok ] || finish failed "$reason"
}
