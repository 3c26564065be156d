# shellcheck shell=sh
# What a run would do, asked of rsync itself and written nowhere: no record, no lock, no directory at the target.
#
# Prints `created<TAB>NAME`, `rewritten<TAB>NAME`, `deleted<TAB>NAME`, then one JSON line like a record.
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

preview() {
  preview_folder=$(mktemp -d) || exit 1
  trap 'rm -rf "$preview_folder"' EXIT
  trap 'exit 1' TERM INT HUP
  # What ends a run ends a preview, which has no record.
  # shellcheck disable=SC2317
  finish() { answer_preview "$@"; }
  out_file=$preview_folder/out err_file=$preview_folder/err log_file=/dev/null
  # The guard remembers when it first said busy; here it may read that, and write it only aside.
  busy_folder=$preview_folder
  [ ! -f "$state/busy/$id" ] || cp "$state/busy/$id" "$busy_folder/$id"
  read_clock
  run='' started=$now
  check_target
  [ -z "$target_reason" ] || answer_preview refused "$target_reason"
  scratch=$preview_folder/scratch
  if [ "$engine" = snapshot ]; then
    find_newest_here || answer_preview failed "$reason"
  else
    find_newest
  fi
  restore_point=$newest
  find_source
  [ "$verdict" = ok ] || answer_preview "$verdict" "$reason"
  if [ "$mode" = clone ]; then
    scratch=$preview_folder/scratch list_file=$preview_folder/list
    compare_clone 1
    rm -f "$preview_folder/list"
    answer_preview ok ''
  fi
  preview_against=$target/current
  set -- --update --info=skip
  if [ "$mode" != mirror ]; then
    preview_against=$target/points/${newest:-.none}
    [ "$engine" != snapshot ] || [ -z "$newest" ] || preview_against=$newest_path
    set --
  fi
  case $engine in
    *-send)
      # Root received them, with their owners; and links are stored as they were, while the gate may serve them otherwise.
      receiver=''
      probe_rsync
      set -- --no-links
      ;;
  esac
  alike_option=--modify-window=$alike
  transfer "$preview_against" "$reading" --dry-run --delete "$@"
  [ "$verdict" = ok ] || answer_preview "$verdict" "$reason"
  awk -v names=1 -f "$program/items.awk" "$out_file"
  read_items "$out_file"
  if [ -n "$alike" ] && [ -d "$preview_against" ] && compare_alike_trees "$preview_against" "$source_path"; then
    stale_names | sed "s/^/rewritten$tab/"
    rewritten=$((rewritten + $(stale_names | wc -l)))
  fi
  answer_preview ok ''
}

answer_preview() {
  read_clock
  ended=$now seconds=$((now - started))
  print_record "$1" "$2"
  case $1 in ok) exit 0 ;; away | busy) exit 3 ;; refused) exit 5 ;; *) exit 1 ;; esac
}
