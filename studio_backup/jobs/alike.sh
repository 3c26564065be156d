# shellcheck shell=sh
# Volumes that systems of other kinds write, too: what each of them makes of times and names is no change of a file.
#
# rsync is told a window, within which a file of the same size is left alone: $alike seconds, a day and two hours where a
# file system keeps local time. What was really written anew within it is found from two listings, and marked by a time of
# long ago, so that rsync sends it. What another system named in another form is called as here while rsync looks, and
# gets its name back after that.
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# Compares THERE with HERE, two listings. Succeeds with the words of alike.awk in $scratch.alike. With `same`, see there.
compare_alike() {
  awk -v window="$alike" -v same="${3:+1}" -f "$program/forms.awk" -f "$program/alike.awk" part=1 "$1" part=2 "$2" part=3 "$2" \
    >"$scratch.alike"
  alike_code=$?
  [ "$alike_code" -ne 3 ] || say "alike: a name has a line feed or a tab: times are compared to the second"
  [ "$alike_code" -ne 0 ] || require_words
  [ "$alike_code" -ne 5 ] || finish failed state-full
  return "$alike_code"
}

# What has no place in the file, as on a full disk, would be a file that was written anew and not taken again.
require_words() {
  alike_lines=$(wc -l <"$scratch.alike") alike_end=$(tail -n 1 "$scratch.alike")
  [ "$alike_end" = "end$tab$((alike_lines - 1))" ] || finish failed state-full
}

# Compares two trees of this machine: THERE HERE [same].
compare_alike_trees() {
  if ! list_alike "$1" >"$scratch.there" 2>>"$log_file" || ! list_alike_here "$2"; then finish failed rsync-local; fi
  require_room
  compare_alike "$scratch.there" "$scratch.here" ${3:+"$3"} && return
  [ "$alike_code" -ne 4 ] || finish failed state-full
  return 1
}

# A file that goes while it is looked at is no failure twice.
list_alike_here() {
  list_alike "$1" >"$scratch.here" 2>>"$log_file" || list_alike "$1" >"$scratch.here" 2>>"$log_file"
}

# Names that were written anew at the same size.
stale_names() {
  sed -n "s/^stale$tab//p" "$scratch.alike"
}

# In $partial lies what rsync took for unchanged within its window: what was written anew is taken again, without one
# where names forbid to tell.
take_again() {
  if compare_alike_trees "$partial" "$source_path"; then
    [ -n "$(stale_names | head -n 1)" ] || return 0
    stale_names | while IFS= read -r stale_name; do
      rm -f "$partial/$stale_name" || exit 1
    done || finish failed restore-point
  else
    alike_option=''
  fi
  read_items "$out_file"
  taken_before=$bytes resumed=1
  transfer "$partial" "$reading" --info=progress2 "$@"
  [ "$verdict" = ok ] || return 0
  read_items "$out_file"
  # The last word on it counts.
  printf 'Total transferred file size: %s\n' "$((taken_before + bytes))" >>"$out_file"
}

# Takes what is alike out of the list of what a clone would rewrite.
forgive_alike() {
  if ! compare_alike_trees "$target" "$source_path" same; then
    : >"$scratch.alike"
    without_window
    return
  fi
  : >"$scratch.list"
  rewritten=$(awk -F '\t' -v list="$scratch.list" '
    FILENAME == ARGV[1] { if ($1 == "alike") alike[$2] = 1; next }
    $1 == "rewritten" { if ($2 in alike) next; rewritten++ }
    { print > list }
    END { print rewritten + 0 }' "$scratch.alike" "$list_file")
  mv -f "$scratch.list" "$list_file"
}

# What is newer in a clone is left as it is, and told.
mark_stale() {
  stale_names | while IFS= read -r stale_name; do
    if [ -h "$target/$stale_name" ] || [ -n "$(find "$target/$stale_name" -prune -newer "$source_path/$stale_name" 2>/dev/null)" ]; then continue; fi
    touch -c -t "$alike_stale" "$target/$stale_name"
  done
}

# Prepares the landing for a push from here. Sets verdict; without a window every difference of time counts.
align_landing() {
  [ -n "$alike" ] || return 0
  ask_gate "stand $source_gate $push_run end" /dev/null "$scratch.there"
  [ "$verdict" = ok ] || return 1
  if ! list_alike_here "$source_path"; then verdict=failed reason=rsync-partial && return 1; fi
  require_room
  if ! compare_alike "$scratch.there" "$scratch.here"; then
    if [ "$alike_code" -eq 4 ]; then verdict=failed reason=rsync-network && return 1; fi
    without_window
    return 0
  fi
  [ "$(head -n 1 "$scratch.alike")" != "end${tab}0" ] || return 0
  ask_gate "adjust $source_gate $push_run" "$scratch.alike" /dev/null
  [ "$verdict" = ok ]
}

# LINE INPUT OUTPUT: what the gate says goes to a file, for it may be long.
ask_gate() {
  # The line is meant to be split.
  # shellcheck disable=SC2086
  $ssh_line "$source_user@$source_address" "$1" <"$2" >"$3" 2>"$err_file"
  read_verdict $? "$err_file" 0
  cat "$err_file" >>"$log_file"
}

without_window() {
  case $rsync_options in *--modify-window=*) ;; *) return 0 ;; esac
  rsync_options=" $rsync_options "
  rsync_options="${rsync_options%% --modify-window=*} ${rsync_options#* --modify-window=* }"
}
