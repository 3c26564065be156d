# shellcheck shell=sh
# Snapshots of btrfs as they are sent: what each is called in a stream, and which must stay because another end has them.
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# Sets snapshot_own and snapshot_received to the ids of a read-only snapshot (- for none); fails on anything else.
read_snapshot() {
  snapshot_words=$(btrfs subvolume show "$1" 2>/dev/null </dev/null | awk '
    $1 == "UUID:" { own = $2 }
    $1 == "Received" && $2 == "UUID:" { received = $3 }
    $1 == "Flags:" && /readonly/ { ready = 1 }
    END { if (!ready || length(own) != 36) exit 1; print own, (length(received) == 36 ? received : "-") }') || return 1
  snapshot_own=${snapshot_words%% *} snapshot_received=${snapshot_words#* }
}

# Of the points of a copy's FOLDER, named on stdin, prints `NAME<TAB>ID` for each that can be sent. The id is what a
# stream names it by: the one that it was received under, if it was.
name_snapshots() {
  while IFS= read -r named_point; do
    read_snapshot "$1/points/$named_point" || continue
    [ "$snapshot_received" = - ] || snapshot_own=$snapshot_received
    printf '%s\t%s\n' "$named_point" "$snapshot_own"
  done
}

# Notes that somebody has, or is being sent, these points of a copy: COPY-ID WHO NAME...
hold_points() {
  hold_file=$state/holds/$1/$2
  shift 2
  [ -d "${hold_file%/*}" ] || mkdir -p "${hold_file%/*}" || return 1
  printf '%s\n' "$@" >"$hold_file.new" && mv -f "$hold_file.new" "$hold_file"
}
