#!/bin/sh
# The job: makes one copy of one dataset, and guards itself before a byte moves.
#
# job CONF run              lock, guards, transfer, brake, restore point, retention, record
# job CONF preview          what a run would do; writes nothing
# job CONF retain-preview   which restore points would be kept, and why, and which would go
# job CONF accept-list RUN  what the refused run RUN was about
# job CONF newest | list    restore points here; list adds files and bytes where they are known
# job CONF progress         of the run under way: bytes<TAB>percent<TAB>files
# Exit codes: 0 ok, 1 failed, 3 away or busy, 5 refused, 6 locked. STUDIO_BACKUP_MANUAL=1, or a file
# $state/accept/ID.now: somebody asks for it now.
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

LC_ALL=C
TZ=UTC0
PATH=/usr/local/bin:/opt/homebrew/bin:$PATH:/usr/sbin:/sbin
export LC_ALL TZ PATH
unset RSYNC_PROTECT_ARGS RSYNC_OLD_ARGS RSYNC_RSH RSYNC_PARTIAL_DIR RSYNC_ICONV RSYNC_CONNECT_PROG RSYNC_CHECKSUM_LIST
umask 022

# Every key that a configuration has; what it leaves out is empty.
studio='' dataset='' copy='' id='' kind='' mode='' engine='' by='' target='' target_volume='' target_root='' target_id='' store=''
receiver='' sources='' home='' known_hosts='' source_path='' source_volume='' source_root='' source_id='' from='' source_copy=''
brake_percent='' brake_files='' floor='' quiet='' quiet_limit='' busy_patterns='' exclude='' bandwidth='' period='' hold=''
keep_last='' keep_hourly='' keep_daily='' keep_weekly='' keep_monthly='' keep_yearly='' state='' program=''
landing='' lander='' records='' options_rsync_3='' options_apple_2_6_9='' options_apple_wrapper='' options_openrsync='' alike=''

# What a record says; empty is null.
files='' bytes='' size='' created='' deleted='' rewritten='' restore_point='' source_name='' open=0 accepted_by=''
child='' guard_open=0 clock_behind=0 ahead='' resumed=0 landing_closed='' landing_taken='' landed_judged='' landed_way='' dealt_with=''

parts=${0%/*}
for part in moment absence volume guard lock record receiver points connect transfer source judge retention versioned mirror \
  snapshots zfs-snapshots zfs-points snapshot tool replicate receive btrfs-receive zfs-receive \
  flavour push shared left-out forms alike arrived landed clone preview; do
  # shellcheck source=/dev/null
  . "$parts/$part.sh"
done

usage() {
  printf 'usage: job CONF run | preview | retain-preview | accept-list RUN | newest | list | progress\n' >&2
  exit 1
}

# A number the compiler got wrong must not become a limit of nothing.
check_configuration() {
  case $id in '' | *[!a-z0-9_-]*) broken_configuration id ;; esac
  case $kind in pull | local | chain | push | landing) ;; *) broken_configuration kind ;; esac
  case $mode in versioned | mirror | clone) ;; *) broken_configuration mode ;; esac
  case $engine in rsync | snapshot | btrfs-send | zfs-send) ;; *) broken_configuration engine ;; esac
  case $by in own | btrbk | sanoid) ;; *) broken_configuration by ;; esac
  case $store in btrfs | zfs | tree) ;; *) broken_configuration store ;; esac
  [ "$kind" != push ] || target=$source_path target_root=$source_root
  for checked in "$target" "$target_root" "$state"; do
    case $checked in /?*) ;; *) broken_configuration path ;; esac
  done
  for checked in "$brake_percent" "$brake_files" "$floor" "$quiet" "$quiet_limit" "$bandwidth" "$period" \
    "$keep_last" "$keep_hourly" "$keep_daily" "$keep_weekly" "$keep_monthly" "$keep_yearly"; do
    case $checked in *[!0-9]*) broken_configuration "number $checked" ;; esac
  done
  case $kind in pull | push) [ -n "$sources" ] || broken_configuration sources ;; esac
  case $kind in landing) case $landing in /?*) ;; *) broken_configuration landing ;; esac ;; esac
  if [ -z "$sources" ] || [ "$kind" = push ]; then
    case $source_path in /*) ;; *) broken_configuration source_path ;; esac
  fi
}

broken_configuration() {
  printf 'job: %s: config: %s\n' "$configuration" "$1" >&2
  exit 1
}

# Out of the way of those who work on this machine; a unit says so itself.
be_modest() {
  [ -z "${INVOCATION_ID:-}" ] || return 0
  renice -n 10 -p $$ >/dev/null 2>&1
  ionice -c 3 -p $$ >/dev/null 2>&1
}

stop_run() {
  trap '' TERM INT HUP
  if [ -n "$child" ]; then
    # The numbers of one process or of several.
    # shellcheck disable=SC2086
    kill -TERM $child 2>/dev/null
    # shellcheck disable=SC2086
    wait $child
  fi
  finish failed stopped
}

run_job() {
  for folder in runs log lock accept points busy; do
    [ -d "$state/$folder" ] || mkdir -p "$state/$folder" || exit 1
  done
  read_clock
  run=$now_run-$$
  if ! take_lock; then
    printf 'job: %s/%s: locked by process %s, run %s\n' "$dataset" "$copy" "$lock_pid" "$lock_run" >&2
    exit 6
  fi
  trap stop_run TERM INT HUP
  read_request
  close_interrupted
  if [ "$kind" = landing ] && ! landing_waits && [ "$manual" != 1 ]; then
    release_lock
    exit 0
  fi
  open_record
  be_modest
  if [ "$kind" = push ]; then
    choose_options || finish failed rsync-missing
    make_push
  fi
  check_target
  if [ "$target_reason" = no-space ] && drop_partial && drop_received && has_room "$target"; then target_reason=''; fi
  [ -z "$target_reason" ] || finish refused "$target_reason"
  mark_target || finish failed restore-point
  # A clone asks for itself which rsync there is, and counts without it.
  [ "$mode" = clone ] || probe_rsync || finish failed rsync-missing
  case $kind,$engine,$mode in
    landing,*) make_landed ;;
    *,snapshot,*) make_snapshot ;;
    *,btrfs-send,* | *,zfs-send,*) replicate ;;
    *,mirror) make_mirror ;;
    *,clone) make_clone ;;
    *) make_point ;;
  esac
}

# A unit has no environment of its own for one start: whoever asks for a run now leaves a file, and it is used once.
read_request() {
  [ -e "$state/accept/$id.now" ] || return 0
  rm -f "$state/accept/$id.now"
  manual=1
}

print_progress() {
  boot_id
  lock_is_held "$state/lock/$id" || return 1
  tail -c 4096 "$state/runs/$id.$lock_run.progress" 2>/dev/null | tr '\r' '\n' | awk '$2 ~ /^[0-9]+%$/ {
      gsub(/[^0-9]/, "", $1); sub(/%/, "", $2)
      if (match($0, /xfr#[0-9]+/)) moved = substr($0, RSTART + 4, RLENGTH - 4)
      done = $1 "\t" $2 "\t" moved }
    END { if (done != "") print done }'
}

# The points, oldest first, by whoever makes them.
list_here() {
  if [ "$by" != own ]; then
    made_here=$(list_made) || return 1
    # What it made at one moment, for several of its rules, is one point.
    [ -z "$made_here" ] || printf '%s\n' "$made_here" | cut -f 1 | sort -u
    return
  fi
  tells_points "$target" && list_points "$target"
}

print_points() {
  points_here=$(list_here) || return 1
  [ -n "$points_here" ] || return 0
  printf '%s\n' "$points_here" | while IFS= read -r listed_point; do
    awk -F '\t' -v name="$listed_point" '$1 == name { line = $0 } END { print (line == "" ? name "\t\t" : line) }' \
      "$state/points/$id" 2>/dev/null || printf '%s\t\t\n' "$listed_point"
  done
}

# accept-list RUN: a run's name is plain, so it can name no other file.
print_list() {
  case $1 in '' | *[!A-Za-z0-9-]*) usage ;; esac
  cat "$state/runs/$id.$1.list"
}

configuration=${1:-}
[ -f "$configuration" ] || usage
case $configuration in /*) ;; *) configuration=$PWD/$configuration ;; esac
# shellcheck source=/dev/null
. "$configuration"
program=$parts
engine=${engine:-rsync} way=${engine%-send} by=${by:-own}
case $program in /*) ;; *) program=$PWD/$program ;; esac
exclude_file=${configuration%.conf}.exclude tool_configuration=${configuration%.conf}.$by
manual=${STUDIO_BACKUP_MANUAL:-0}
check_configuration
cd / || exit 1

case ${2:-} in
  run) run_job ;;
  preview) { [ "$mode" = clone ] || probe_rsync; } && preview ;;
  retain-preview) if [ "$by" = own ]; then plan_retention; else preview_tool; fi ;;
  accept-list) print_list "${3:-}" ;;
  newest) points_here=$(list_here) && printf '%s\n' "$points_here" | tail -n 1 ;;
  list) print_points ;;
  progress) print_progress ;;
  *) usage ;;
esac
