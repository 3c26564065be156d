# shellcheck shell=sh
# Making a restore point of what has landed, and of nothing that did not arrive whole.
#
# Who sends may write the landing and the records beside it, and nothing else: here they are words to be checked, and
# the landing is closed while it is read. On btrfs a snapshot of it becomes the point; elsewhere its files are copied,
# so that no point shares an inode with it.
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# How long a push may have neither an end nor anybody who writes, in seconds.
landing_grace=900

# Sets landed_run, landed_point, landed_files, landed_open of a push that is whole, or landed_lost for one that is not
# and will not be, or told_run, told_result, told_reason. Succeeds when one of them is news.
landing_waits() {
  # Whoever closed it and was killed opens it no more: we hold the job's lock, so nobody else reads it now.
  rm -f "$landing.closed"
  landed_run='' landed_point='' landed_files='' landed_open=0 landed_lost='' told_run='' landing_used=0
  ! landing_is_used || landing_used=1
  if read_landing told && is_news heard "$record_run"; then
    told_run=$record_run
    # shellcheck disable=SC2086
    set -- $record_rest
    told_result=${1:-} told_reason=${2:-}
    return 0
  fi
  if ! read_landing begun || ! is_news settled "$record_run" || ! is_point "$record_rest"; then return 1; fi
  landed_begun=$record_run landed_point=$record_rest
  if read_landing ended && [ "$record_run" = "$landed_begun" ]; then
    # shellcheck disable=SC2086
    set -- $record_rest
    landed_files=${1:-} landed_open=${2:-}
    landed_run=$landed_begun
    ! was_refused || return 1
    if [ "$landing_used" -eq 1 ]; then [ "$manual" = 1 ]; else landing_is_due; fi
    return
  fi
  # Between its words a long push has nobody here for a moment: told as lost, it may still turn out to be whole.
  if [ "$landing_used" -eq 1 ] || ! is_news lost "$landed_begun"; then return 1; fi
  read_point_epoch "$landed_point"
  if [ "$manual" != 1 ] && [ $((now - point_epoch)) -lt "$landing_grace" ] && [ "$point_epoch" -le "$now" ]; then return 1; fi
  landed_lost=$landed_begun
}

# Sets record_run and record_rest of one record; a link is none, nor is anything but plain words.
read_landing() {
  record_run='' record_rest=''
  if [ ! -f "$landing/$1" ] || [ -h "$landing/$1" ]; then return 1; fi
  record_line=$(head -c 200 "$landing/$1" 2>/dev/null | head -n 1)
  case $record_line in '' | *[!A-Za-z0-9\ -]*) return 1 ;; esac
  record_run=${record_line%% *} record_rest=${record_line#* }
}

# What was dealt with is remembered out of the sender's reach.
is_news() {
  news_known=''
  { [ -f "$state/landings/$id.$1" ] && IFS= read -r news_known <"$state/landings/$id.$1"; } || :
  [ "$news_known" != "$2" ]
}

settle_landing() {
  settled_file=$state/landings/$id.$1
  if ! printf '%s\n' "$2" >"$settled_file.new" || ! mv -f "$settled_file.new" "$settled_file"; then
    finish failed restore-point
  fi
}

# Judged and refused, it is not judged again before there is another push or somebody's word: for as long as it is read
# the landing is closed, also to the push that would mend it.
was_refused() {
  [ "$manual" != 1 ] && [ ! -e "$state/accept/$id" ] && ! is_news refused "$landed_run"
}

note_refused() {
  [ -z "$landed_judged" ] || printf '%s\n' "$landed_judged" >"$state/landings/$id.refused"
}

# A push that comes too early waits for the period to end, and leaves no record until then.
landing_is_due() {
  find_newest
  reading=$landed_point
  if is_due; then return 0; fi
  [ "$reason" != period ]
}

make_landed() {
  if [ -n "$told_run" ]; then
    settle_landing heard "$told_run"
    known_reason "$told_reason" incomplete
    case $told_result in refused | busy | failed) ;; *) told_result=failed ;; esac
    finish "$told_result" "$reason"
  fi
  if [ -n "$landed_lost" ]; then
    settle_landing lost "$landed_lost"
    finish failed incomplete
  fi
  [ -n "$landed_run" ] || finish ok nothing-landed
  close_landing
  read_landing begun
  read_landed_ends || finish busy landing-busy
  find_newest
  reading=$landed_point source_name=$source_volume
  if is_ahead "$reading" 0; then finish refused source-clock; fi
  if ! is_due; then
    settle_landing settled "$landed_run"
    finish ok "$reason"
  fi
  base=$target/points/$newest
  land_tree
  complete_point "$point" || finish failed restore-point
  restore_point=$point open=$landed_open
  settle_landing settled "$landed_run"
  retain_and_finish
}

# From here on the gate lets nobody in. Whoever was in already is seen now, and goes first.
close_landing() {
  landing_closed=$landing.closed
  printf '%s\n' "$$" >"$landing_closed" || finish failed restore-point
  if landing_is_used; then finish busy landing-busy; fi
}

landing_is_used() {
  [ -f "$landing/lock/landing" ] && lock_is_held "$landing/lock/landing"
}

# Behind the closed door: is it still the push that was seen to be whole?
read_landed_ends() {
  [ "$record_run" = "$landed_run" ] && read_landing ended && [ "$record_run" = "$landed_run" ]
}

land_tree() {
  if [ ! -d "$source_path" ] || [ -h "$source_path" ]; then finish refused source-missing; fi
  landed_judged=$landed_run
  if [ "$store" = btrfs ]; then
    land_snapshot
  else
    judged_tree
  fi
  case $landed_files in
    -) ;;
    "$files") ;;
    *)
      say "landed: $files files are here, $landed_files were sent"
      note_refused
      finish failed incomplete
      ;;
  esac
}

land_snapshot() {
  partial=$target/.partial resumed=1
  if ! make_folder points || ! drop_partial; then finish failed restore-point; fi
  [ "$(stat -c %i "$source_path")" = 256 ] || finish refused source-no-subvolume
  name_point
  btrfs subvolume snapshot "$source_path" "$partial" >>"$log_file" 2>&1 || finish failed restore-point
  # The owner of a subvolume may make it writable again, and whoever can enter a snapshot can write in it until it is one.
  if ! chown -h 0:0 "$partial" || ! chmod 0700 "$partial" || ! clean_partial; then finish failed restore-point; fi
  bytes=0
  read_accepted
  judge_whole
  chmod 0755 "$partial" || finish failed restore-point
}
