# shellcheck shell=sh
# The guard of a source: right volume, enough files, and nobody working in it. Gate and local jobs ask the same one.
#
# In: guard_path (the directory to be read), guard_root, guard_id, guard_volume, guard_mark (file that remembers the
# first busy answer) and floor, quiet, quiet_limit, busy_patterns, exclude, studio of the configuration.
# Out: guard_result ok|refused|busy, guard_reason, guard_open (1: taken while open), guard_seconds (busy so long).
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

guard_source() {
  guard_result=refused guard_reason='' guard_open=0 guard_seconds=0
  check_volume source "$guard_root" "$guard_id" "$guard_volume" "$studio"
  guard_reason=$volume_reason
  [ -z "$guard_reason" ] || return 0
  if [ ! -d "$guard_path" ] || [ -h "$guard_path" ]; then
    guard_reason=source-missing
    return 0
  fi
  count_files "${floor:-1}"
  if [ "$guard_files" -gt 0 ] && [ "$guard_files" -ge "${floor:-1}" ]; then
    guard_result=ok
    [ "${quiet:-0}" -eq 0 ] || guard_quiet
  # Too few are no proof of a deletion where a folder could not be listed: that is a failing disk, or a missing right.
  elif ! guarded_files >/dev/null; then
    guard_reason=source-unread
  elif [ "$guard_files" -eq 0 ]; then
    guard_reason=source-empty
  else
    guard_reason=too-few-files
  fi
}

# Sets guard_files, and stops looking at the limit: a healthy source is not walked for this.
count_files() {
  guard_files=0
  if [ "$1" -gt 1 ]; then
    guard_files=$(guarded_files | head -n "$1" | wc -l)
  elif guarded_files | IFS= read -r _; then
    guard_files=1
  fi
}

# What ZFS shows of its snapshots, where somebody asked for that, is no data either.
guarded_files() {
  find "$guard_path" '(' -name "$snapshots_name" -o -name .zfs ')' -prune -o ! -type d ! -name "$sentinel_name" -print 2>/dev/null </dev/null
}

guard_quiet() {
  if is_quiet; then
    [ ! -e "$guard_mark" ] || rm -f "$guard_mark" 2>/dev/null
    return 0
  fi
  read_busy_mark
  if [ "$guard_seconds" -ge "${quiet_limit:-0}" ]; then
    guard_open=1
  else
    guard_result=busy guard_reason=source-busy
  fi
}

# A busy source that nobody can remember would be busy for ever, so without a mark the limit counts as passed.
read_busy_mark() {
  guard_since=''
  read_clock
  if [ -f "$guard_mark" ] && [ ! -h "$guard_mark" ]; then
    read -r guard_since <"$guard_mark" || :
  fi
  case $guard_since in '' | *[!0-9]*) guard_since=$((now + 1)) ;; esac
  if [ "$guard_since" -gt "$now" ]; then
    guard_since=$now
    mkdir -p "${guard_mark%/*}" 2>/dev/null
    if ! (printf '%s\n' "$now" >"$guard_mark") 2>/dev/null; then
      guard_seconds=${quiet_limit:-0}
      return
    fi
  fi
  guard_seconds=$((now - guard_since))
}

# Most nights one walk answers. Only where something moved lately do a second walk and two looks 5 s apart follow.
is_quiet() {
  guard_minutes=$(((quiet + 59) / 60))
  changed_within $((guard_minutes * 2)) -print | IFS= read -r _ || return 0
  ! changed_within "$guard_minutes" -print | IFS= read -r _ || return 1
  guard_look=$(changed_within $((guard_minutes * 2)) -exec ls -ln {} + | cksum)
  sleep 5
  [ "$guard_look" = "$(changed_within $((guard_minutes * 2)) -exec ls -ln {} + | cksum)" ]
}

# Files changed within MINUTES, and those whose name says that a program has them open; then ACTION for find. A file
# dated in the future (`-mmin -0`) says nothing about now, nor does one that is not copied, unless it is the sign of an
# open project itself. Runs in a subshell, so that its `set -f` ends with it.
changed_within() (
  set -f
  guard_within=$1
  shift
  guard_action=$#
  set -- "$@" "$guard_path" '(' -name "$snapshots_name" -o -name .zfs ')' -prune -o ! -name "$sentinel_name" '(' -type f -mmin "-$guard_within" ! -mmin -0
  for guard_pattern in $exclude; do set -- "$@" ! -name "$guard_pattern"; done
  for guard_pattern in $busy_patterns; do set -- "$@" -o -name "$guard_pattern"; done
  set -- "$@" ')'
  # The action came first in the argument list and belongs last.
  while [ "$guard_action" -gt 0 ]; do
    set -- "$@" "$1"
    shift
    guard_action=$((guard_action - 1))
  done
  find "$@" 2>/dev/null </dev/null
)
