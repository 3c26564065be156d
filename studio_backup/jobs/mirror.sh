# shellcheck shell=sh
# A mirror: current/ is kept like the source, and what it replaces or deletes goes to replaced/MOMENT/.
#
# Nothing is built aside here, so the brake judges a dry run first. A file that is newer here than at its source is
# left alone and listed; the rest is copied, and the run counts as failed until somebody has looked.
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

make_mirror() {
  newest=''
  find_source
  [ "$verdict" = ok ] || finish "$verdict" "$reason"
  make_folder replaced || finish failed restore-point
  if [ -h "$target/current" ]; then finish refused target-foreign; fi
  [ -d "$target/current" ] || as_receiver mkdir -m 0700 "$target/current" || finish failed restore-point
  [ -z "$receiver" ] || chown -h "$receiver" "$target/replaced"
  name_point
  mirror_tree --dry-run
  [ "$verdict" = ok ] || finish "$verdict" "$reason"
  judge_mirror
  mirror_tree --info=progress2
  [ "$verdict" = ok ] || finish "$verdict" "$reason"
  read_items "$out_file" -v list="$list_file"
  deleted=$mirror_deleted
  [ "$newer" -eq 0 ] || finish failed newer-at-target
  finish ok ''
}

mirror_tree() {
  transfer "$target/current" "$reading" --delete --update --info=skip --backup --backup-dir="$target/replaced/$point" "$@"
}

judge_mirror() {
  read_items "$out_file" -v list="$list_file"
  case $files in *[!0-9]*) finish failed rsync-protocol ;; esac
  [ "$files" -gt 0 ] || finish refused source-empty
  [ "$files" -ge "${floor:-1}" ] || finish refused too-few-files
  mirror_deleted=$deleted
  before=$((files - created + deleted))
  # awk leaves no list where nothing is gone or rewritten.
  [ -e "$list_file" ] || : >"$list_file"
  read_accepted
  brake_by_list
  use_accepted
  [ "$brake_word" = - ] || refuse_by_brake
}
