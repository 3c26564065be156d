# shellcheck shell=sh
# Volumes that systems of other kinds write, too: what each of them makes of times and names is no change of a file.
#
# rsync is told a window of a day and two hours, within which a file of the same size is left alone; what was really
# written anew within it is found from two listings, and marked by a time of long ago, so that rsync sends it. What
# another system named in another form is called as here while rsync looks, and gets its name back after that.
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

alike_window=93602

# Compares THERE with HERE, two listings. Succeeds with the words of alike.awk in $scratch.alike.
compare_alike() {
  awk -v window="$alike_window" -f "$program/forms.awk" -f "$program/alike.awk" part=1 "$1" part=2 "$2" part=3 "$2" \
    >"$scratch.alike"
  alike_code=$?
  [ "$alike_code" -ne 3 ] || say "alike: a name has a line feed or a tab: times are compared to the second"
  return "$alike_code"
}

# Prepares the landing for a push from here. Sets verdict; without a window every difference of time counts.
align_landing() {
  [ "$alike" = 1 ] || return 0
  ask_gate "stand $source_gate $push_run" /dev/null "$scratch.there"
  [ "$verdict" = ok ] || return 1
  if ! list_alike "$source_path" >"$scratch.here" 2>>"$log_file"; then verdict=failed reason=rsync-partial && return 1; fi
  if ! compare_alike "$scratch.there" "$scratch.here"; then
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
  rsync_options=" $rsync_options "
  rsync_options="${rsync_options%% --modify-window=*} ${rsync_options#* --modify-window=* }"
}
