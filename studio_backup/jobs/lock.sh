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

# Is the process that a lock file names still the one that wrote it? Sets lock_pid and lock_run.
lock_is_held() {
  lock_pid='' lock_start='' lock_boot='' lock_run=''
  read -r lock_pid lock_start lock_boot lock_run <"$1" 2>/dev/null || return 1
  case $lock_pid in '' | *[!0-9]*) return 1 ;; esac
  [ "$lock_boot" = "$boot" ] && [ "$(process_start "$lock_pid")" = "$lock_start" ]
}

# Takes $lock or fails with lock_pid set. Only who holds the lock's own token may break a dead one, and looks again
# once it has it: of two that found the same dead lock, one never removes the other's new one.
# shellcheck disable=SC2154
take_lock() {
  lock=$state/lock/$id
  lock_mine=$lock.$$
  boot_id
  printf '%s %s %s %s\n' "$$" "$(process_start $$)" "$boot" "$run" >"$lock_mine"
  lock_tries=0
  while ! ln "$lock_mine" "$lock" 2>/dev/null; do
    lock_tries=$((lock_tries + 1))
    if lock_is_held "$lock" || [ "$lock_tries" -gt 5 ]; then
      rm -f "$lock_mine"
      return 1
    fi
    break_lock
  done
}

break_lock() {
  lock_token=$lock.breaking
  if ! ln "$lock_mine" "$lock_token" 2>/dev/null; then
    lock_is_held "$lock_token" || rm -f "$lock_token"
    sleep 1
    return
  fi
  lock_is_held "$lock" || rm -f "$lock"
  rm -f "$lock_token"
}

# Takes other files along that go at the end of a run, before the lock itself.
release_lock() {
  [ -z "${lock_mine:-}" ] || rm -f "$@" "$lock" "$lock_mine"
}
