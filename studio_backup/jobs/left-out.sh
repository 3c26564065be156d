# shellcheck shell=sh
# What rsync is told to leave out, for find: a folder that is never copied is not looked into, since macOS lets nobody
# into some of its own, not even root, and one that is copied and cannot be read has to be seen.
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# find below this folder: EXPRESSION. A pattern that find would read otherwise than rsync is none here: what it fits is
# looked at. `.` is no name, whatever a pattern makes of it.
find_copied() {
  left_out=/dev/null
  [ ! -f "${exclude_file:-}" ] || left_out=$exclude_file
  while IFS= read -r pattern || [ -n "$pattern" ]; do
    pattern_of='-name'
    case ${pattern%/} in
      '' | *\\* | */*[*?[]* | *[*?[]*/*) continue ;;
      /*) pattern_of='-path' ;;
      */*) continue ;;
    esac
    fits=${pattern%/}
    [ "$pattern_of" = -name ] || fits=.$fits
    set -- "$pattern_of" "$fits" -prune -o "$@"
    case $pattern in */) set -- -type d "$@" ;; esac
    set -- ! -name . "$@"
  done <"$left_out"
  find . "$@"
}
