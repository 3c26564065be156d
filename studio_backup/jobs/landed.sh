# shellcheck shell=sh
# Making a restore point of what has landed, and of nothing that did not arrive whole.
#
# Who sends may write the landing and the records beside it, and nothing else: here they are words to be checked, and
# the landing is closed while it is read. On btrfs a snapshot of it becomes the point; elsewhere its files are copied,
# so that no point shares an inode with it.
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

make_landed() {
  if [ -n "$told_run" ]; then
    settle_landing "$told_at" "$told_run"
    known_reason "$told_reason" incomplete
    case $told_result in refused | busy | failed) ;; *) told_result=failed ;; esac
    finish "$told_result" "$reason"
  fi
  if [ -n "$landed_lost" ]; then
    settle_landing "lost$landed_way" "$landed_lost"
    finish failed incomplete
  fi
  [ -n "$landed_run" ] || finish ok nothing-landed
  close_landing
  is_still_landed || finish busy landing-busy
  # A push through the gate that was cut, and one by the share after it.
  restore_forms "$source_path"
  find_newest
  reading=$landed_point source_name=$source_volume
  if is_ahead "$reading" 0; then finish refused source-clock; fi
  if ! is_due; then
    settle_landing "settled$landed_way" "$landed_run"
    finish ok "$reason"
  fi
  base=$target/points/$newest
  land_tree
  is_still_landed || finish busy landing-busy
  complete_point "$point" || finish failed restore-point
  restore_point=$point open=$landed_open
  settle_landing "settled$landed_way" "$landed_run"
  retain_and_finish
}

# From here on the gate lets nobody in, and who comes by the share finds it taken. Whoever was in already is seen now,
# and goes first.
close_landing() {
  landing_closed=$landing.closed
  printf '%s\n' "$$" >"$landing_closed" || finish failed restore-point
  open_share
  if landing_is_used || ! take_share; then finish busy landing-busy; fi
}

# Only a file is opened: they are the sender's, and a pipe would hold us up.
landing_is_used() {
  [ "$share_taken" -ne 1 ] || return 0
  for used in landing writer; do
    if [ -f "$landing/lock/$used" ] && lock_is_held "$landing/lock/$used"; then return 0; fi
  done
  return 1
}

# Behind the closed door: is it still the push that was seen to be whole, and the one that came last?
is_still_landed() {
  still_way=$landed_way still_run=$landed_run still_moment=$landed_moment
  read_landed_begun && [ "$landed_way" = "$still_way" ] && [ "$landed_begun" = "$still_run" ] &&
    [ "$landed_moment" = "$still_moment" ] && read_landed_end
}

# Sets share_taken to 1 where a push through the gate has the landing. What a killed run of ours left is cleared away: we
# hold its lock; and what a push left that has had no sign of life for long.
open_share() {
  share_taken=0
  if ! share_is_there || ! read_taken; then return 0; fi
  if [ "$taken_owner" = 0 ]; then
    rm -f "$records/taken"
  elif ! landing_is_used && { [ $((now - taken_moment)) -ge "$landing_grace" ] || [ "$taken_moment" -gt "$((now + 60))" ]; }; then
    rm -f "$records/taken"
  else
    share_taken=1
  fi
}

# Written out of reach and moved there: nothing is written through what the share's user may have put in its place.
take_share() {
  share_is_there || return 0
  taken_new=$target/.studio-backup-taken
  rm -f "$taken_new"
  (set -C && umask 022 && printf '%s\n' "$run" >"$taken_new") || return 1
  landing_taken=$records/taken
  mv -fT "$taken_new" "$landing_taken" 2>>"$log_file" && return 0
  rm -f "$taken_new"
  return 1
}

# Root opens nothing that the share's user wrote.
as_sender() (
  receiver=$lander
  exec_as_receiver "$@"
)

land_tree() {
  enter_landing || finish refused source-missing
  landed_judged=$landed_run
  if [ "$store" = btrfs ]; then
    land_snapshot
  else
    judged_tree
  fi
  # A link cannot be seen from a share: what another system sent into the landing is not among what was counted there.
  landed_here=$files
  [ -z "$landed_way" ] || landed_here=$((files - $(find "$partial" -type l -exec printf '%.0sx' {} + | wc -c)))
  case $landed_files in
    -) ;;
    "$landed_here") ;;
    *)
      say "landed: $landed_here files are here, $landed_files were sent"
      note_refused
      finish failed incomplete
      ;;
  esac
}

# Entered once, and read from within: whatever its owner puts in its place from here on is not what is read.
enter_landing() {
  landing_above=$(cd "${source_path%/*}" 2>/dev/null && pwd -P) || return 1
  cd "$source_path" 2>/dev/null && [ "$(pwd -P)" = "$landing_above/${source_path##*/}" ] || return 1
  source_path=.
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
