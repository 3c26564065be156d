# shellcheck shell=sh
# One run at a time a job: a lock that names its process, and is free once that process is gone.
#
# A lock is a file `PID START BOOT RUN`, made by a hard link: that is one step on every file system, unlike writing.
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# Prints when a process started, in a form that no later process with its number shares; nothing when it is gone.
process_start() {
  if [ -r /proc/self/stat ]; then
    process_line=''
    read -r process_line 2>/dev/null <"/proc/$1/stat" || return 0
    # The name in parentheses may hold spaces and parentheses itself; field 22 is the 20th behind it.
    process_line=${process_line##*) }
    # shellcheck disable=SC2086
    set -- $process_line
    shift 19
    printf '%s' "$1"
  else
    # In one time zone, whatever that of who asks is.
    TZ=UTC0 ps -o lstart= -p "$1" 2>/dev/null | tr -d ' \n'
  fi
}

boot_id() {
  boot=none
  [ ! -r /proc/sys/kernel/random/boot_id ] || read -r boot </proc/sys/kernel/random/boot_id
}

# Of the words of a lock file: is the process that wrote them still there? Sets lock_pid and lock_run. One that is there
# and does not say when it started is not taken to be another.
names_living() {
  lock_pid=${1:-} lock_start=${2:-} lock_boot=${3:-} lock_run=${4:-}
  case $lock_pid in '' | *[!0-9]*) return 1 ;; esac
  [ "$lock_boot" = "$boot" ] || return 1
  lock_now=$(process_start "$lock_pid")
  [ "$lock_now" = "$lock_start" ] || { [ -z "$lock_now" ] && kill -0 "$lock_pid" 2>/dev/null; }
}

# The words are meant to be split.
# shellcheck disable=SC2086
lock_is_held() {
  lock_line=$(cat "$1" 2>/dev/null) || lock_line=''
  set -f
  set -- $lock_line
  set +f
  names_living "$@"
}

# Not of a file that is gone or cannot be read: the next moment there may be another one, of somebody who lives.
# shellcheck disable=SC2086
lock_is_dead() {
  lock_line=$(cat "$1" 2>/dev/null) || return 1
  set -f
  set -- $lock_line
  set +f
  ! names_living "$@"
}

# Takes $lock or fails with lock_pid set; ends the shell where it has no room, with what $lock_unwritten says.
# shellcheck disable=SC2154
take_lock() {
  lock=$state/lock/$id
  lock_mine=$lock.$$
  boot_id
  printf '%s %s %s %s\n' "$$" "$(process_start $$)" "$boot" "$run" >"$lock_mine"
  # On a full disk: an empty lock would be nobody's.
  if [ ! -s "$lock_mine" ]; then
    printf 'lock: %s cannot be written\n' "$lock_mine" >&2
    rm -f "$lock_mine"
    ${lock_unwritten:-exit 1}
  fi
  lock_tries=0
  while ! ln "$lock_mine" "$lock" 2>/dev/null; do
    lock_tries=$((lock_tries + 1))
    if lock_is_held "$lock" || [ "$lock_tries" -gt 5 ]; then
      rm -f "$lock_mine"
      return 1
    fi
    bury_lock "$lock" || sleep 1
  done
}

# Removes $1 if it is a dead lock. Only who holds the token of a file removes it, and only once it has seen, with the
# token in hand, that it is dead: a dead one stays until then, because its owner cannot free it any more. A token whose
# own holder died is buried in the same way. Fails when somebody else is at it.
bury_lock() {
  lock_is_dead "$1" || return 0
  if ! ln "$lock_mine" "$1.breaking" 2>/dev/null; then
    bury_lock "$1.breaking"
    return 1
  fi
  if lock_is_dead "$1"; then rm -f "$1"; fi
  rm -f "$1.breaking"
}

# Takes other files along that go at the end of a run, before the lock itself.
release_lock() {
  [ -z "${lock_mine:-}" ] || rm -f "$@" "$lock" "$lock_mine"
}
