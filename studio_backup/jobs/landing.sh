# shellcheck shell=sh
# The landing: where another machine's files arrive before they are anything. Its key does here what this file says, as
# a user without rights who owns what has landed and no restore point.
#
# Another system of that machine may send into the same landing by a share (shared.sh): one of the two at a time.
#
# Beside it stand one-line records, by this machine's clock, of the newest push: begun `RUN MOMENT`, arrived `RUN`,
# ended `RUN FILES OPEN`, and told `RUN RESULT REASON`, why there was none. Only `ended` after `arrived` is whole.
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

require_landing() {
  [ "$kind" = landing ] || refuse request
  case $landing in /?*) ;; *) refuse config ;; esac
  check_volume target "$root" "$id" "$volume" "$studio"
  [ -z "$volume_reason" ] || refuse "$volume_reason"
  for required in "$path" "$landing"; do
    if [ ! -d "$required" ] || [ -h "$required" ]; then refuse landing-missing; fi
  done
  id=landing state=$landing
  mkdir -p "$landing/lock" 2>/dev/null || refuse_unwritten
}

# One at a time: another push, or the job that makes a restore point of what is here.
claim_landing() {
  read_clock
  run=$now_run-$$ lock_unwritten='refuse no-space'
  if ! take_lock; then landing_is_busy; fi
  trap leave_landing EXIT
  if [ -e "$landing.closed" ] || lock_is_held "$landing/lock/writer"; then landing_is_busy; fi
}

# What the share's records say is read as who we are: their owner.
as_sender() {
  "$@"
}

# Takes the landing from whoever may come by the share. What came by it before is no push any more.
take_from_share() {
  share_is_there || return 0
  mark_taken || landing_is_busy
  if share_sends; then
    leave_share
    landing_is_busy
  fi
  rm -f "$records/begun" "$records/alive" "$records/ended"
}

# In a sticky folder what the job that reads the landing left there cannot be replaced.
mark_taken() {
  ! share_is_there || { printf '%s\n' "$run" >"$records/taken.new" && mv -f "$records/taken.new" "$records/taken"; } 2>/dev/null
}

leave_share() {
  ! share_is_there || rm -f "$records/taken" 2>/dev/null
}

leave_landing() {
  trap '' EXIT
  release_lock ${landing_writer:+"$landing_writer"}
}

landing_is_busy() {
  printf 'studio-backup-gate: landing in use\n' >&2
  exit 3
}

# On a full disk the file is there, and not all that was written; some shells say nothing of that.
write_landing() {
  printf '%s\n' "$2" >"$landing/$1.new"
  if [ -f "$landing/$1.new" ] && [ "$(cat "$landing/$1.new")" != "$2" ]; then
    rm -f "$landing/$1.new"
    refuse no-space
  fi
  mv -f "$landing/$1.new" "$landing/$1" || refuse_unwritten
}

refuse_unwritten() {
  has_room "$landing" || refuse no-space
  refuse landing-missing
}

# begin ID: a new push; whatever was begun before and has no end is none. Prints its name.
begin_landing() {
  require_landing
  has_room "$path" || refuse no-space
  claim_landing
  take_from_share
  # Why nothing was sent before is past, too, and no answer to this one.
  rm -f "$landing/arrived" "$landing/ended" "$landing/told"
  restore_forms "$path/files"
  if ! make_landing_folder; then
    leave_share
    refuse landing-missing
  fi
  write_landing begun "$run $now_point"
  printf '%s\n' "$run"
}

# A subvolume can become a restore point in one step, and shares nothing that could be written to.
make_landing_folder() {
  if [ -d "$path/files" ] && [ ! -h "$path/files" ]; then return 0; fi
  case $mount_type in
    btrfs) btrfs subvolume create "$path/files" >/dev/null 2>&1 ;;
    *) mkdir -m 0700 "$path/files" ;;
  esac
}

# The run that is named must be the one that is under way, and nobody may have come by the share since.
own_landing() {
  ! came_by_share || refuse incomplete
  landing_run='' landing_moment=''
  case $1 in '' | *[!A-Z0-9-]*) refuse request ;; esac
  read -r landing_run landing_moment 2>/dev/null <"$landing/begun" || refuse incomplete
  [ "$landing_run" = "$1" ] || refuse incomplete
}

# What openrsync tells of its own reading, no other rsync understands: it is allowed, and goes no further.
# Letters that write plain files, links and folders: no -D (devices), -o or -g (owners), -A or -X, -L or -K (follow
# links), -s (arguments out of sight), -R (other names). What a client says of partial files is not looked at.
check_landing_option() {
  case $1 in
    --numeric-ids | --delete | --delete-before | --delete-during | --delete-delay | --delete-after | --delete-excluded) ;;
    --stats | --cache | --no-cache) ;;
    --log-format=%i | --log-format=%i%I | --log-format=X) ;;
    --timeout=* | --bwlimit=* | --checksum-seed=* | --modify-window=*) case ${1#*=} in '' | *[!0-9]*) refuse option ;; esac ;;
    --*) refuse option ;;
    -?*)
      landing_letters=${1#-}
      case $landing_letters in
        *e*) case ${landing_letters#*e} in '' | *[!A-Za-z.0-9]*) refuse option ;; esac ;;
      esac
      landing_letters=${landing_letters%%e*}
      case $landing_letters in *[!nuvltrpHSW]*) refuse option ;; esac
      case $landing_letters in *n*) landing_dry=1 ;; esac ;;
    *) refuse option ;;
  esac
}

# take ID RUN --server OPTIONS . PATH: rsync writes into the landing, whatever path it was told.
take_landing() {
  require_landing
  [ $# -ge 2 ] || refuse request
  taken=$1 landing_options='' landing_dry=0
  shift
  [ "$1" = --server ] || refuse request
  shift
  while [ $# -gt 0 ] && [ "$1" != . ]; do
    check_landing_option "$1"
    case $1 in --cache | --no-cache) ;; *) landing_options="$landing_options $1" ;; esac
    shift
  done
  if [ $# -ne 2 ] || [ -z "$landing_options" ]; then refuse request; fi
  command -v rsync >/dev/null 2>&1 || refuse rsync-missing
  claim_landing
  own_landing "$taken"
  mark_taken || landing_is_busy
  if [ ! -d "$path/files" ] || [ -h "$path/files" ]; then refuse landing-missing; fi
  [ "$landing_dry" -eq 1 ] || rm -f "$landing/arrived" "$landing/ended"
  set --
  ! rsync "--confine-root=$path/files" --version >/dev/null 2>&1 </dev/null || set -- "--confine-root=$path/files"
  # A connection that ends must not leave rsync behind without the lock: rsync sees the end of its input.
  trap '' HUP
  # The words are meant to be split.
  # shellcheck disable=SC2086
  run_writer rsync --server $landing_options "$@" --munge-links --chmod=Du+rwx,Fu+rw,ug-s \
    --partial-dir="$partial_folder" --timeout=600 . "$path/files/"
  landing_code=$?
  [ -s "$landing_writer" ] || refuse no-space
  mark_taken
  [ "$landing_code" -eq 0 ] || exit "$landing_code"
  [ "$landing_dry" -eq 1 ] || write_landing arrived "$taken"
}

# Whoever writes has a lock of its own: it may outlive this shell, whose lock is free then. It names itself, and becomes
# the program after that.
run_writer() {
  landing_writer=$landing/lock/writer
  # The words are that shell's.
  # shellcheck disable=SC2016
  sh -c '. "$1/lock.sh"; boot_id; lock=$2 run=$3; shift 3
    rm -f "$lock"; printf "%s %s %s %s\n" $$ "$(process_start $$)" "$boot" "$run" >"$lock"
    [ -s "$lock" ] && exec "$@"' sh "$program" "$landing_writer" "$run" "$@"
}

# end ID RUN FILES OPEN: everything was sent; FILES is `-` where the sender cannot count.
end_landing() {
  require_landing
  [ $# -eq 3 ] || refuse request
  case $2 in -) ;; '' | *[!0-9]* | ????????????*) refuse request ;; esac
  case $3 in 0 | 1) ;; *) refuse request ;; esac
  claim_landing
  own_landing "$1"
  landing_arrived=''
  IFS= read -r landing_arrived 2>/dev/null <"$landing/arrived" || :
  [ "$landing_arrived" = "$1" ] || refuse incomplete
  restore_forms "$path/files"
  write_landing ended "$1 $2 $3"
  leave_share
}

# tell ID RESULT REASON: there is nothing to send, and why. The words are checked by who reads them.
tell_landing() {
  require_landing
  [ $# -eq 2 ] || refuse request
  case $1 in refused | busy | failed) ;; *) refuse request ;; esac
  case $2 in '' | *[!a-z0-9-]*) refuse request ;; esac
  claim_landing
  # What this sender had begun and not ended, it has given up: it is told for what it is, and not as lost later on.
  [ -e "$landing/ended" ] || rm -f "$landing/begun"
  restore_forms "$path/files"
  write_landing told "$run $1 $2"
  leave_share
}
