# shellcheck shell=sh
# One transfer: which rsync options, from where, and how it ended.
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

item_format="--out-format=%i$tab%l$tab%M$tab%n"

# What the installed rsync can do. Sets rsync_full to the letters that root uses on one machine.
probe_rsync() {
  if [ -n "$receiver" ]; then
    command -v rsync >/dev/null 2>&1
    return
  fi
  rsync_version=$(rsync --version 2>/dev/null) || return 1
  # What Apple ships cannot list what it moves as rsync 3 does, and no restore point could be judged by it.
  case $mode,$rsync_version in
    *,'rsync  version '[3-9]*) ;;
    versioned,* | mirror,*) return 1 ;;
  esac
  rsync_full=-aHS
  case $rsync_version in *'no ACLs'*) ;; *ACLs*) rsync_full=${rsync_full}A ;; esac
  case $rsync_version in *'no xattrs'*) ;; *xattrs*) rsync_full=${rsync_full}X ;; esac
}

# Runs rsync as the receiver with what every transfer of this job needs, then "$@". Sets rsync_code.
# -8 stays off: rsync then escapes what is not plain in a name, so a name is one line and says nothing of its own.
run_rsync() {
  set -- --stats --no-h "$item_format" --partial-dir="$partial_folder" --exclude="$sentinel_name" "$@"
  [ ! -f "$exclude_file" ] || set -- --exclude-from="$exclude_file" "$@"
  [ -z "$bandwidth" ] || set -- --bwlimit="$bandwidth" "$@"
  if [ "$kind" = landing ]; then
    # Its owner is left behind, and nobody but root may write in a point; links were defused as they landed.
    set -- -rlptHS --chmod=Du+rwx,Fu+r,ug-s,go-w "$@"
  elif [ -n "$alike" ]; then
    set -- -rltHS ${alike_option:+"$alike_option"} "$@"
  elif [ -n "$receiver" ]; then
    set -- -rlptHS --munge-links --chmod=Du+rwx,Fu+r,ug-s "$@"
  else
    set -- "$rsync_full" --numeric-ids "$@"
  fi
  run_watched rsync --no-s "$@"
}

# Runs a program as the receiver beside this shell, so that a signal ends it at once. Sets rsync_code.
run_watched() {
  exec_as_receiver "$@" </dev/null >"$out_file" 2>"$err_file" &
  child=$!
  wait "$child"
  rsync_code=$?
  child=''
}

# Reads from the current source of a pull: DESTINATION POINT OPTIONS.
pull_once() {
  pull_into=$1 pull_verb="serve $source_gate${2:+ $2}" pull_host=$source_address
  # rsync would take the first colon of an IPv6 address for the end of it.
  case $pull_host in *:*) pull_host="[$pull_host]" ;; esac
  shift 2
  run_rsync --timeout=600 --rsync-path="$pull_verb" -e "$ssh_line" "$@" "$source_user@$pull_host:/" "$pull_into/"
  read_transfer
}

# Reads from a directory of this machine: DESTINATION POINT OPTIONS; a chain reads a point there.
copy_once() {
  copy_into=$1 copy_from=$source_path
  [ "$kind" != chain ] || copy_from=$source_path/points/$2
  shift 2
  run_rsync "$@" "$copy_from/" "$copy_into/"
  read_transfer
}

# A point that loses files while it is read is being removed: that copy would be no complete one. Nor is one of a landing:
# what was listed there and gone after that is still in the count.
read_transfer() {
  transfer_complete=0
  case $kind in chain | landing) transfer_complete=1 ;; esac
  read_verdict "$rsync_code" "$err_file" "$transfer_complete"
  [ ! -s "$err_file" ] || cat "$err_file" >>"$log_file"
}

# Moves the source's files: DESTINATION POINT OPTIONS. Sets verdict and reason. A chain has its source already.
transfer() {
  if [ -z "$sources" ]; then
    copy_once "$@"
    open=$guard_open
  elif [ "$kind" = chain ]; then
    pull_once "$@"
  else
    try_sources pull_once "$@"
  fi
  settle_verdict
}

# Reads what rsync said in FILE: sets files created bytes size deleted rewritten hardlinked newer lost. More words are
# awk's.
read_items() {
  items_file=$1
  shift
  items=$(awk "$@" -f "$program/items.awk" "$items_file")
  # shellcheck disable=SC2086
  set -- $items
  files=$1 created=$2 bytes=$3 size=$4 deleted=$5 rewritten=$6 hardlinked=$7 newer=$8 lost=$9
}
