# shellcheck shell=sh
# Pushing: this machine sends what it holds into a landing, because nobody can fetch it here.
#
# All that counts happens at the other end: who holds this machine and its key can fill the landing, and reach no point.
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

make_push() {
  reading='' guard_path=$source_path guard_root=$source_root guard_id=$source_id guard_volume=$source_volume
  guard_mark=$busy_folder/$id
  guard_source
  verdict=$guard_result reason=$guard_reason
  if [ "$verdict" != ok ]; then
    push_result=$verdict push_reason=$reason
    try_sources ask_landing tell "$verdict" "$reason"
    finish "$push_result" "$push_reason"
  fi
  push_open=$guard_open
  try_sources push_once
  settle_verdict
  case $verdict,$reason in refused,brake-deletions | refused,source-*) tell_quietly refused "$reason" ;; esac
  open=$push_open
  finish "$verdict" "$reason"
}

# Asks the gate of the landing: VERB WORDS. Sets candidate to what it says.
ask_landing() {
  asked_verb=$1
  shift
  # The line is meant to be split.
  # shellcheck disable=SC2086
  candidate=$($ssh_line "$source_user@$source_address" "$asked_verb $source_gate${*:+ $*}" </dev/null 2>"$err_file")
  read_verdict $? "$err_file" 0
  cat "$err_file" >>"$log_file"
}

tell_quietly() {
  held_reason=$reason held_result=$verdict
  ask_landing tell "$1" "$2"
  verdict=$held_result reason=$held_reason
}

push_once() {
  ask_landing begin
  [ "$verdict" = ok ] || return 0
  case $candidate in '' | *[!A-Z0-9-]*) verdict=failed reason=gate-refused && return ;; esac
  push_run=$candidate push_files=- pushed_bytes=0
  align_landing || return 0
  judge_and_push || return 0
  # What went away while it was read is in rsync's count, and the other end takes no such push for whole: once more.
  if [ "$rsync_code" -eq 24 ]; then judge_and_push || return 0; fi
  if [ "$rsync_code" -ne 0 ]; then verdict=failed reason=rsync-partial && return; fi
  if [ "$rsync_counts" -eq 1 ]; then
    bytes=$pushed_bytes push_files=$(sent_files)
    case $push_files in '' | *[!0-9]*) verdict=failed reason=state-full && return ;; esac
  fi
  ask_landing end "$push_run" "$push_files" "$push_open"
}

judge_and_push() {
  if [ "$rsync_counts" -eq 1 ]; then
    push_pass --dry-run
    [ "$verdict" = ok ] || return 1
    : >"$list_file"
    read_items "$out_file" -v list="$list_file"
    judge_push || return 1
  fi
  look_at_source || return 1
  push_pass
  [ "$verdict" = ok ] || return 1
  [ "$rsync_counts" -eq 1 ] || return 0
  read_items "$out_file"
  case $bytes in *[!0-9]*) ;; *) pushed_bytes=$((pushed_bytes + bytes)) ;; esac
}

# Long looks lie behind us. A volume that went in the meantime leaves a bare folder, and the landing would become like it.
look_at_source() {
  check_volume source "$source_root" "$source_id" "$source_volume" "$studio"
  [ -n "$volume_reason" ] || return 0
  verdict=refused reason=$volume_reason
  return 1
}

push_pass() {
  push_host=$source_address
  case $push_host in *:*) push_host="[$push_host]" ;; esac
  set -- "$@" --rsync-path="take $source_gate $push_run" -e "$ssh_line" --exclude="$sentinel_name" \
    --exclude="$partial_folder" "$source_path/" "$source_user@$push_host:/"
  [ ! -f "$exclude_file" ] || set -- --exclude-from="$exclude_file" "$@"
  [ -z "$bandwidth" ] || set -- --bwlimit="$bandwidth" "$@"
  [ "$rsync_counts" -eq 0 ] || set -- "$item_format" "$@"
  # The options are meant to be split.
  # shellcheck disable=SC2086
  run_watched rsync $rsync_options "$@"
  read_transfer
}

# What would go from the landing is what went from here: nothing is sent before that was looked at.
judge_push() {
  case $files,$lost in ,* | *[!0-9],* | *,1) verdict=failed reason=state-full && return 1 ;; esac
  if [ "$files" -eq 0 ]; then verdict=refused reason=source-empty && return 1; fi
  case $created in '' | *[!0-9]*) created=0 ;; esac
  before=$((files - created + deleted)) rewritten=0
  read_accepted
  awk '/^deleted/' "$list_file" >"$scratch" && mv -f "$scratch" "$list_file"
  brake_by_list
  use_accepted
  [ "$brake_word" != - ] || return 0
  say "brake: of $before files $deleted are gone; the list is in ${list_file##*/}"
  verdict=refused reason=$brake_word
  return 1
}

# Files and links: what lies in a landing after a whole push. Pipes and sockets are counted by rsync and not sent.
sent_files() {
  awk '/^Number of files: / {
      for (at = 1; at <= NF; at++) if ($at ~ /reg:|link:/) { number = $(at + 1); gsub(/[^0-9]/, "", number); sum += number }
      print sum + 0; found = 1; exit }
    END { if (!found) print "-" }' "$out_file"
}
