# shellcheck shell=sh
# Names of a landing that another system wrote in another form: called as the sender calls them while it sends, and given
# back before anybody else looks. What was changed stands in $landing/forms, so that a push that was cut is put right.
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# What no file of a session was written at.
alike_stale=197001010000

# The longest list of names that a sender may give: half a million of them. It lies on this machine's own disk.
adjust_most=134217728

# Folders and files below a folder, for alike.awk; folders before what they hold, nothing of what is left out, and an end:
# a listing without one was cut, and would pass for fewer files. No name has the word by which it is told here.
list_alike() (
  cd "$1" 2>/dev/null || exit 1
  # To macOS -f is a format; to GNU and BusyBox it asks about file systems.
  if stat -f %z . >/dev/null 2>&1; then
    set -- -f 'd 0 0 %N' -f 'f %z %m %N'
  else
    set -- -c 'd 0 0 %n' -c 'f %s %Y %n'
  fi
  {
    find_copied -name "$partial_folder" -prune -o -type d -exec stat "$1" "$2" {} + &&
      find_copied -name "$partial_folder" -prune -o -type f -exec stat "$3" "$4" {} + && echo //
  } | awk 'NR > 1 { print line } { line = $0 } END { if (line != "//") exit 1; print "end\t" (NR - 1) }'
)

# A name below the landing, and nothing that leads out of it.
is_below() {
  case $1 in '' | /* | */) return 1 ;; esac
  case "/$1/" in *//* | */./* | */../*) return 1 ;; esac
}

# adjust ID RUN: lines of `name<TAB>OLD<TAB>NEW` and `stale<TAB>NAME`, closed by `end<TAB>COUNT`.
adjust_landing() {
  require_landing
  [ $# -eq 1 ] || refuse request
  claim_landing
  own_landing "$1"
  if [ ! -d "$path/files" ] || [ -h "$path/files" ]; then refuse landing-missing; fi
  head -c "$adjust_most" >"$landing/adjust.new" || refuse_names no-space
  adjust_count=$(wc -l <"$landing/adjust.new")
  [ "$(tail -n 1 "$landing/adjust.new")" = "end$tab$((adjust_count - 1))" ] || refuse_names incomplete
  while IFS=$tab read -r adjust_word adjust_one adjust_other; do
    case $adjust_word in
      name) if ! is_below "$adjust_one" || ! is_below "$adjust_other"; then refuse_names request; fi ;;
      stale) is_below "$adjust_one" || refuse_names request ;;
      end) ;;
      *) refuse_names request ;;
    esac
  done <"$landing/adjust.new"
  note_forms
  while IFS=$tab read -r adjust_word adjust_one adjust_other; do
    case $adjust_word in
      name) call_it "$path/files/$adjust_one" "$path/files/$adjust_other" ;;
      stale) [ ! -f "$path/files/$adjust_one" ] || touch -c -t "$alike_stale" "$path/files/$adjust_one" ;;
    esac
  done <"$landing/adjust.new"
  rm -f "$landing/adjust.new"
}

refuse_names() {
  rm -f "$landing/adjust.new" "$landing/forms.new"
  refuse "$1"
}

# What is noted first, and whole, can be put right, however far it came. On a full disk the end of a note is missing.
note_forms() {
  grep "^name$tab" "$landing/adjust.new" | reversed >"$landing/forms.new"
  [ "$(wc -l <"$landing/forms.new")" -eq "$(grep -c "^name$tab" "$landing/adjust.new")" ] || refuse_names no-space
  mv -f "$landing/forms.new" "$landing/forms" || refuse_names landing-missing
}

# Lines from the last to the first: what lies in a folder is renamed back before the folder.
reversed() {
  awk '{ line[NR] = $0 } END { for (at = NR; at > 0; at--) print line[at] }'
}

# FROM TO: where FROM is there and TO is not, as the owner of the landing. A link is not moved.
call_it() {
  # The words are that shell's.
  # shellcheck disable=SC2016
  as_sender sh -c '[ ! -h "$1" ] && [ -e "$1" ] && [ ! -e "$2" ] && [ ! -h "$2" ] && exec mv "$1" "$2"' sh "$1" "$2" \
    </dev/null || :
}

# FOLDER: every name in it as it was, where the file is still there.
restore_forms() {
  [ -f "$landing/forms" ] && [ ! -h "$landing/forms" ] || return 0
  while IFS=$tab read -r _ restored_old restored_new; do
    if is_below "$restored_old" && is_below "$restored_new"; then
      call_it "$1/$restored_new" "$1/$restored_old"
    fi
  done <"$landing/forms"
  rm -f "$landing/forms"
}

# stand ID RUN end: what lies in the landing, for alike.awk of the sender, which knows of the end that a listing has.
print_landing() {
  require_landing
  [ "$#,${2:-}" = 2,end ] || refuse request
  claim_landing
  own_landing "$1"
  if [ ! -d "$path/files" ] || [ -h "$path/files" ]; then refuse landing-missing; fi
  list_alike "$path/files" || refuse source-unread
}
