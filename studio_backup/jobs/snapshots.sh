# shellcheck shell=sh
# Snapshots as they are sent: what each is called in a stream, and which must stay because another end has them.
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# Whether the points of a copy's FOLDER can be listed, also where there are none.
tells_points() {
  if on_zfs "$1"; then list_zfs_points "$1" >/dev/null; else names_in "$1/points" >/dev/null; fi
}

# Sets snapshot_own and snapshot_received to the ids of a read-only snapshot (- for none). 1: it is none, or gone; 2: it
# cannot be read.
read_snapshot() {
  case $1 in
    */points/*)
      if on_zfs "${1%/points/*}"; then
        read_zfs_snapshot "$1"
        return
      fi
      ;;
  esac
  # The root of a subvolume has this number, and nothing else on btrfs.
  snapshot_words=$({ stat -f -c %t "$1" && stat -c %i "$1"; } 2>/dev/null) || { unread_unless_gone "$1" || return; }
  [ "$snapshot_words" = "9123683e
256" ] || return 1
  snapshot_words=$(btrfs subvolume show "$1" 2>/dev/null </dev/null | awk '
    $1 == "UUID:" { own = $2 }
    $1 == "Received" && $2 == "UUID:" { received = $3 }
    $1 == "Flags:" { told = 1; ready = /readonly/ }
    END { if (!told || length(own) != 36) exit 1; if (ready) print own, (length(received) == 36 ? received : "-") }') ||
    { unread_unless_gone "$1" || return; }
  [ -n "$snapshot_words" ] || return 1
  snapshot_own=${snapshot_words%% *} snapshot_received=${snapshot_words#* }
}

# Retention may have removed it since it was listed; what else cannot be read may be what both ends have.
unread_unless_gone() {
  ! absent "$1" 2>/dev/null || return 1
  return 2
}

# Of the points of a copy's FOLDER, named on stdin, prints `NAME<TAB>ID` for each that can be sent. The id is what a
# stream names it by: the one that it was received under, if it was. Fails when one cannot be read.
name_snapshots() {
  while IFS= read -r named_point; do
    read_snapshot "$1/points/$named_point"
    case $? in 0) ;; 1) continue ;; *) return 1 ;; esac
    [ "$snapshot_received" = - ] || snapshot_own=$snapshot_received
    printf '%s\t%s\n' "$named_point" "$snapshot_own" || return 1
  done
}

# Notes that somebody has, or is being sent, these points of a copy: FOLDER COPY-ID WHO NAME...
hold_points() {
  hold_folder=$1
  shift
  if on_zfs "$hold_folder"; then
    hold_copy=$1
    shift
    hold_on_zfs "$hold_folder" "$@" || return 1
    set -- "$hold_copy" "$@"
  fi
  hold_file=$state/holds/$1/$2
  shift 2
  [ -d "${hold_file%/*}" ] || mkdir -p "${hold_file%/*}" || return 1
  printf '%s\n' "$@" >"$hold_file.new" && mv -f "$hold_file.new" "$hold_file"
}
