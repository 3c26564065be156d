# shellcheck shell=sh
# The records of a push that comes by a share: one-line files in $records, each moved into its place by who sends.
#
# begun `RUN`, alive `RUN` (written anew each minute), ended `RUN FILES OPEN`, told `RUN RESULT REASON`. `taken` is this
# machine's: who finds it leaves the landing alone. Whoever sends looks for `taken`, writes `begun`, and looks again; who
# takes the landing writes `taken` first and then looks for `begun`: one of two always sees the other.
#
# The share's user can write here whatever it likes. So nothing is opened as root, nothing is waited for, only words of
# a closed alphabet count, and moments are the change times on this machine's disk: whoever writes a file can move that
# to now, and nowhere else. The folder itself is root's and sticky: what is root's in it stays.
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# How long a sender may say nothing before another may take the landing, in seconds.
share_silence=300

share_is_there() {
  if [ -z "$records" ] || [ ! -d "$records" ] || [ -h "$records" ]; then return 1; fi
  [ "$(stat -c %u "$records" 2>/dev/null)" = 0 ]
}

# Sets record_run, record_rest and record_moment (seconds) of one record; fails for what is none, or changes right now.
read_shared() {
  record_run='' record_rest='' record_moment='' shared_file=$records/$1
  if [ ! -f "$shared_file" ] || [ -h "$shared_file" ]; then return 1; fi
  shared_look=$(stat -c '%i %s %Z' "$shared_file" 2>/dev/null) || return 1
  # shellcheck disable=SC2086
  set -- $shared_look
  [ "$2" -le 120 ] || return 1
  shared_moment=$3
  record_line=$(as_sender timeout 5 head -c 120 "$shared_file" 2>/dev/null </dev/null) || return 1
  [ "$(stat -c '%i %s %Z' "$shared_file" 2>/dev/null)" = "$shared_look" ] || return 1
  case $record_line in '' | *[!A-Za-z0-9\ -]*) return 1 ;; esac
  case ${record_line%% *} in '' | *[!A-Z0-9-]*) return 1 ;; esac
  record_run=${record_line%% *} record_moment=$shared_moment
  record_rest=${record_line#"$record_run"}
}

# Was the share's the last push? Who takes the landing otherwise clears these away first.
came_by_share() {
  share_is_there || return 1
  for shared_name in begun alive ended; do
    if [ -e "$records/$shared_name" ] || [ -h "$records/$shared_name" ]; then return 0; fi
  done
  return 1
}

# Sets share_run, share_begun (seconds) and share_seen (its last sign of life) of a push that has not been given up.
read_share() {
  share_run='' share_begun='' share_seen=''
  read_shared begun || return 1
  share_run=$record_run share_begun=$record_moment share_seen=$record_moment
  if read_alive && [ "$record_run" = "$share_run" ] && [ "$record_moment" -gt "$share_seen" ]; then
    share_seen=$record_moment
  fi
  ! read_shared told || [ "$record_run" != "$share_run" ]
}

# A sender on Windows cannot rename over a file: while it writes this one anew, it is away for a moment.
read_alive() {
  read_shared alive && return 0
  [ ! -e "$records/alive.new" ] || sleep 1
  read_shared alive
}

# Sets share_files and share_open of the push that read_share found; fails while it has no end.
read_share_end() {
  share_files='' share_open=''
  if ! read_shared ended || [ "$record_run" != "$share_run" ] || [ "$record_moment" -lt "$share_begun" ]; then return 1; fi
  # shellcheck disable=SC2086
  set -- $record_rest
  [ $# -eq 2 ] || return 1
  case $1 in *[!0-9]* | ????????????*) return 1 ;; esac
  case $2 in 0 | 1) ;; *) return 1 ;; esac
  share_files=$1 share_open=$2
}

# Is somebody at work in the share right now? The clock is read last: a record is never from the future by then.
share_sends() {
  came_by_share && read_share || return 1
  ! read_share_end || return 1
  read_clock
  share_age=$((now - share_seen))
  [ "$share_age" -lt "$share_silence" ] && [ "$share_age" -gt -60 ]
}

# Sets taken_owner (a number) and taken_moment of a `taken` that is there.
read_taken() {
  if [ ! -f "$records/taken" ] || [ -h "$records/taken" ]; then return 1; fi
  taken_look=$(stat -c '%u %Z' "$records/taken" 2>/dev/null) || return 1
  taken_owner=${taken_look% *} taken_moment=${taken_look#* }
}
