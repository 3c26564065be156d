#!/bin/sh
# The gate: the only program a backup key may run. It serves what gate.d/KEY names, read-only, and nothing else; or it
# takes what a machine sends into the landing that is named there, as a user who owns nothing else.
#
# authorized_keys: restrict,command="/etc/studio-backup/STUDIO/gate KEY" ssh-ed25519 ...
# Verbs: guard ID | newest ID | points ID | serve ID [POINT] --server --sender OPTIONS . PATH
#        snapshots ID | send ID TAKER POINT [BASE] | resume ID TAKER POINT TOKEN
#        of a landing: begin ID | stand ID RUN end | adjust ID RUN | take ID RUN --server OPTIONS . PATH
#        end ID RUN FILES OPEN | tell ID RESULT REASON
# Answers: 0 and data; 5 and `studio-backup-gate: refused REASON` on stderr; 3 and `... busy SECONDS`, or `... landing in
# use`.
# `studio-backup-gate: open` on stderr says that files were in use while they were read.
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

set -f
LC_ALL=C
PATH=/usr/local/bin:/opt/homebrew/bin:$PATH:/usr/sbin:/sbin
IFS=' '
export LC_ALL PATH
umask 077

# The configuration may set these and no others are read.
dataset='' copy_id='' kind='' path='' root='' id='' volume='' floor='' quiet='' quiet_limit='' busy_patterns=''
exclude='' state='' studio='' send='' takers='' landing='' records=''
# What was left out was left out by who sent it.
exclude_file=''

program=${0%/*}
# shellcheck source=/dev/null
. "$program/moment.sh"
# shellcheck source=/dev/null
. "$program/absence.sh"
# shellcheck source=/dev/null
. "$program/volume.sh"
# shellcheck source=/dev/null
. "$program/guard.sh"
# shellcheck source=/dev/null
. "$program/snapshots.sh"
# shellcheck source=/dev/null
. "$program/zfs-snapshots.sh"
# shellcheck source=/dev/null
. "$program/lock.sh"
# shellcheck source=/dev/null
. "$program/shared.sh"
# shellcheck source=/dev/null
. "$program/left-out.sh"
# shellcheck source=/dev/null
. "$program/forms.sh"
# shellcheck source=/dev/null
. "$program/landing.sh"

refuse() {
  printf 'studio-backup-gate: refused %s\n' "$1" >&2
  exit 5
}

is_name() {
  case $1 in '' | -* | *[!A-Za-z0-9_-]*) return 1 ;; esac
}

# The holder of a key sees its own folder of configurations alone.
read_configuration() {
  if ! is_name "$1" || ! is_name "$2"; then refuse request; fi
  configuration=$program/gate.d/$1/$2.conf
  if [ ! -f "$configuration" ] || [ ! -r "$configuration" ]; then refuse unknown-dataset; fi
  # shellcheck source=/dev/null
  . "$configuration"
  case $path in /*) ;; *) refuse config ;; esac
  program_folder=${program##*/}
  studio=${studio:-$program_folder}
  guard_path=$path guard_root=$root guard_id=$id guard_volume=$volume
  guard_mark=${state:-${HOME:-/nonexistent}/.studio-backup/$studio}/busy-$1-$2
}

require_points() {
  [ "$kind" = points ] || refuse request
  check_volume source "$root" "$id" "$volume" "$studio"
  [ -z "$volume_reason" ] || refuse "$volume_reason"
  tells_points "$path" || refuse source-unread
}

# Prints the complete restore points, oldest first.
list_points() {
  if on_zfs "$path"; then
    list_zfs_points "$path"
    return
  fi
  set +f
  for point in "$path/points"/*; do
    point_name=${point##*/}
    if is_point "$point_name" && [ -d "$point" ] && [ ! -h "$point" ]; then printf '%s\n' "$point_name"; fi
  done
  set -f
}

answer_guard() {
  guard_source
  case $guard_result in
    ok) printf 'ok\tdataset=%s\tcopy=%s\topen=%s\n' "$dataset" "$copy_id" "$guard_open" ;;
    busy) printf 'busy\t%s\n' "$guard_seconds" && exit 3 ;;
    *) printf 'refused\t%s\n' "$guard_reason" && exit 5 ;;
  esac
}

# Letters that read and describe: no -L or -k (follow links), no -s (arguments out of sight), no -R (other names).
# What follows `e` tells what the other side's protocol can do.
check_option() {
  case $1 in
    --numeric-ids) ;;
    --timeout=* | --bwlimit=*)
      case ${1#*=} in '' | *[!0-9]*) refuse "option" ;; esac ;;
    --*) refuse option ;;
    -?*)
      option_letters=${1#-}
      option_protocol=${option_letters#*e}
      [ "$option_protocol" != "$option_letters" ] || refuse option
      case $option_protocol in '' | *[!A-Za-z.0-9]*) refuse option ;; esac
      case ${option_letters%%e*} in *[!nuvltrpHSWogDAX]*) refuse option ;; esac ;;
    *) refuse option ;;
  esac
}

# serve [POINT] --server --sender OPTIONS . PATH; the path asked for is not looked at, ours is served.
serve() {
  if is_point "${1:-}"; then
    [ "$kind" = points ] || refuse request
    guard_path=$path/points/$1
    shift
  elif [ "$kind" = points ]; then
    refuse request
  fi
  if [ "${1:-}" != --server ] || [ "${2:-}" != --sender ]; then refuse request; fi
  shift 2
  served_options=''
  while [ $# -gt 0 ] && [ "$1" != . ]; do
    check_option "$1"
    served_options="$served_options $1"
    shift
  done
  if [ $# -ne 2 ] || [ -z "$served_options" ]; then refuse request; fi
  command -v rsync >/dev/null 2>&1 || refuse rsync-missing
  guard_source
  case $guard_result in
    refused) refuse "$guard_reason" ;;
    busy) printf 'studio-backup-gate: busy %s\n' "$guard_seconds" >&2 && exit 3 ;;
  esac
  [ "$guard_open" -eq 0 ] || printf 'studio-backup-gate: open\n' >&2
  send
}

send() {
  # Links in a restore point may be munged (stored defused); what leaves is the link as it was.
  [ "$kind" != points ] || served_options="$served_options --munge-links"
  # A client can name merge files for filters over the protocol; a rsync that can confine that shall.
  ! rsync "--confine-root=$guard_path" --version >/dev/null 2>&1 </dev/null || set -- "--confine-root=$guard_path"
  # shellcheck disable=SC2086
  exec rsync --server --sender "$@" $served_options . "$guard_path/"
}

# Prints `NAME<TAB>ID` of the points that can be sent.
list_snapshots() {
  [ -n "$send" ] || refuse request
  require_points
  list_points | name_snapshots "$path" || refuse source-unread
}

# send TAKER POINT [BASE]: one snapshot of ours as a stream, on top of another that the puller's copy TAKER says it has.
# Both are held from then on: the one is what the next stream rests on if this one does not arrive, the other if it does.
send_snapshot() {
  allow_stream "$@"
  shift
  for sent_point; do is_point "$sent_point" || refuse request; done
  for sent_point; do check_snapshot "$sent_point"; done
  sent_point=$1 sent_base=${2:-}
  hold_points "$path" "$gate_copy" "$gate_key.$sent_to" ${sent_base:+"$sent_base"} "$sent_point" 2>/dev/null || refuse hold
  if [ "$send" = zfs ]; then send_from_zfs "$path" "$sent_point" "$sent_base"; refuse send; fi
  [ -z "$sent_base" ] || set -- -p "$path/points/$sent_base"
  [ -n "$sent_base" ] || set --
  exec btrfs send -q "$@" "$path/points/$sent_point"
}

# resume TAKER POINT TOKEN: goes on with the stream of a point that was cut; what it rests on is held already.
resume_stream() {
  if [ "$send" != zfs ] || [ $# -ne 3 ]; then refuse request; fi
  allow_stream "$@"
  case $3 in '' | -* | *[!0-9a-f-]*) refuse request ;; esac
  is_point "$2" || refuse request
  check_snapshot "$2"
  resume_from_zfs "$path" "$2" "$3"
  refuse send
}

# Whether this key may have streams of these points, for its copy TAKER: TAKER and one or two words more.
allow_stream() {
  if [ -z "$send" ] || [ "$kind" != points ] || [ $# -lt 2 ] || [ $# -gt 3 ]; then refuse request; fi
  sent_to=$1
  is_name "$sent_to" || refuse request
  case " $takers " in *" $sent_to "*) ;; *) refuse request ;; esac
  case $state in /*) ;; *) refuse config ;; esac
}

# A snapshot of ours that is whole and can be sent, on the right volume.
check_snapshot() {
  if [ ! -d "$path/points/$1" ] || [ -h "$path/points/$1" ]; then refuse no-points; fi
  guard_path=$path/points/$1
  guard_source
  [ "$guard_result" = ok ] || refuse "$guard_reason"
  read_snapshot "$guard_path"
  case $? in 0) ;; 1) refuse no-points ;; *) refuse source-unread ;; esac
}

# A point in the positions is checked by its verb; anything outside this alphabet never reaches a verb.
main() {
  case ${SSH_ORIGINAL_COMMAND:-} in *[!A-Za-z0-9\ ._/=:,%-]*) refuse request ;; esac
  key=${1:-}
  # shellcheck disable=SC2086
  set -- ${SSH_ORIGINAL_COMMAND:-}
  verb=${1:-}
  [ $# -ge 2 ] || refuse request
  read_configuration "$key" "$2"
  gate_key=$key gate_copy=$2
  shift 2
  case $verb in
    begin) [ $# -eq 0 ] || refuse request; begin_landing ;;
    stand) print_landing "$@" ;;
    adjust) adjust_landing "$@" ;;
    take) take_landing "$@" ;;
    end) end_landing "$@" ;;
    tell) tell_landing "$@" ;;
    *) read_verb "$@" ;;
  esac
}

# The verbs of what is read. A landing has none of them: what lies there is only ever written by its key.
read_verb() {
  [ "$kind" != landing ] || refuse request
  case $verb in
    guard) [ $# -eq 0 ] || refuse request; answer_guard ;;
    points) [ $# -eq 0 ] || refuse request; require_points; list_points ;;
    newest) [ $# -eq 0 ] || refuse request; require_points; read_clock; list_points | newest_by_now ;;
    serve) serve "$@" ;;
    snapshots) [ $# -eq 0 ] || refuse request; list_snapshots ;;
    send) send_snapshot "$@" ;;
    resume) resume_stream "$@" ;;
    *) refuse request ;;
  esac
}

main "$@"
