# shellcheck shell=sh
# Snapshots of ZFS as restore points: which dataset they are of, how each is called in a stream, and who holds it.
#
# FOLDER/points is a link to the dataset's .zfs/snapshot, so that a point is a folder here, too. Which there are ZFS
# itself is asked: a dataset whose key is elsewhere is mounted nowhere, and has its points all the same.
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

# The name of a snapshot that is no restore point yet, and the property that says of which copy one is.
zfs_partial=studio-backup-partial
zfs_owner=studio-backup:copy
# Where the snapshots are, seen from FOLDER: of the data beside it, and of what arrives.
zfs_beside=../../.zfs/snapshot
zfs_arriving=.received/.zfs/snapshot

on_zfs() { [ -h "$1/points" ]; }

# Sets zfs_dataset to the one whose snapshots are the points of FOLDER. 1: there is none yet; 2: nothing can tell.
dataset_of() {
  case $(readlink "$1/points") in
    "$zfs_beside") dataset_at "${1%/*/*}" ;;
    "$zfs_arriving") dataset_at "$1/.received" ;;
    *) return 2 ;;
  esac
}

# The same of what is mounted at a path, or would be if its key were here. Where several would be, as with a copy of the
# whole pool by hand, one of them is somebody else's.
dataset_at() {
  zfs_dataset=''
  if find_mount "$1" && [ "$mount_type" = zfs ]; then
    zfs_dataset=$mount_source
    return 0
  fi
  zfs_told=$(zfs list -H -t filesystem -o name,mountpoint 2>/dev/null) || return 2
  zfs_dataset=$(printf '%s\n' "$zfs_told" | place=$1 awk -F '\t' '$2 == ENVIRON["place"] { print $1 }')
  case $zfs_dataset in
    '') return 1 ;;
    *[!A-Za-z0-9_.:/\ -]*) return 2 ;;
  esac
}

# Prints every name of a snapshot of zfs_dataset; fails when ZFS does not tell.
zfs_names() {
  zfs_told=$(zfs list -H -d 1 -t snapshot -o name "$zfs_dataset" 2>/dev/null) || return 1
  [ -z "$zfs_told" ] || printf '%s\n' "$zfs_told" | sed 's/.*@//'
}

# Prints the points of FOLDER, oldest first; fails when nothing can tell.
list_zfs_points() {
  dataset_of "$1"
  case $? in 0) ;; 1) return 0 ;; *) return 1 ;; esac
  zfs_listed=$(zfs_names) || return 1
  zfs_listed=$(printf '%s\n' "$zfs_listed" | sort) || return 1
  printf '%s\n' "$zfs_listed" | while IFS= read -r zfs_name; do
    if is_point "$zfs_name"; then printf '%s\n' "$zfs_name"; fi
  done
}

# Sets snapshot_own and snapshot_received of FOLDER/points/NAME: one id, here and wherever it is sent. 1: there is none;
# 2: it cannot be read.
read_zfs_snapshot() {
  dataset_of "${1%/points/*}" || return 2
  if snapshot_own=$(zfs get -H -p -o value guid "$zfs_dataset@${1##*/}" 2>/dev/null); then
    snapshot_received=$snapshot_own
    return 0
  fi
  zfs_listed=$(zfs_names) || return 2
  ! printf '%s\n' "$zfs_listed" | grep -qxF -- "${1##*/}" || return 2
  return 1
}

# Prints `NAME<TAB>WHO` for every hold of this studio on a snapshot of zfs_dataset.
# shellcheck disable=SC2154
zfs_holds() {
  zfs_told=$(zfs get -H -p -d 1 -t snapshot -o name,value userrefs "$zfs_dataset" 2>/dev/null) || return 1
  zfs_told=$(printf '%s\n' "$zfs_told" | awk -F '\t' '$2 > 0 { print $1 }' | while IFS= read -r zfs_held; do
    zfs holds -H "$zfs_held" || exit 1
  done) || return 1
  printf '%s\n' "$zfs_told" | before=studio-backup:$studio: awk -F '\t' -v OFS='\t' '
    index($2, ENVIRON["before"]) == 1 { sub(/.*@/, "", $1); print $1, substr($2, length(ENVIRON["before"]) + 1) }'
}

# From now on WHO holds these points of FOLDER and no others: nothing destroys them meanwhile, whoever asks for it.
hold_on_zfs() {
  dataset_of "$1" || return 1
  zfs_who=$2
  shift 2
  zfs_told=$(zfs_holds) || return 1
  zfs_mine=$(printf '%s\n' "$zfs_told" | who=$zfs_who awk -F '\t' '$2 == ENVIRON["who"] { print $1 }')
  for zfs_name do
    printf '%s\n' "$zfs_mine" | grep -qxF -- "$zfs_name" ||
      zfs hold "studio-backup:$studio:$zfs_who" "$zfs_dataset@$zfs_name" || return 1
  done
  zfs_wanted=$(printf '%s\n' "$@")
  printf '%s\n' "$zfs_mine" | while IFS= read -r zfs_name; do
    [ -n "$zfs_name" ] || continue
    printf '%s\n' "$zfs_wanted" | grep -qxF -- "$zfs_name" ||
      zfs release "studio-backup:$studio:$zfs_who" "$zfs_dataset@$zfs_name" || exit 1
  done
}

# Sends the point NAME of FOLDER on top of BASE: FOLDER NAME [BASE]. What is encrypted leaves as it lies there.
send_from_zfs() {
  zfs_name=$2 zfs_base=${3:-}
  dataset_of "$1" && zfs_sealed || return 1
  set -- -L -e -c
  [ "$zfs_cipher" = off ] || set -- "$@" -w
  [ -z "$zfs_base" ] || set -- "$@" -i "@$zfs_base"
  exec zfs send "$@" "$zfs_dataset@$zfs_name"
}

# Goes on with a stream that was cut: FOLDER NAME TOKEN. A token can name anything of this machine, and ask for what is
# encrypted to be sent in the clear; it is taken only for this point, and only as it was sent before.
resume_from_zfs() {
  zfs_name=$2 zfs_token=$3
  dataset_of "$1" && zfs_sealed || return 1
  zfs_told=$(zfs send -n -v -P -t "$zfs_token" 2>&1)
  zfs_asked=$(printf '%s\n' "$zfs_told" | awk '$1 == "toname" && $2 == "=" { sub(/^[^=]*= /, ""); print }')
  [ "$zfs_asked" = "$zfs_dataset@$zfs_name" ] || return 1
  if [ "$zfs_cipher" != off ]; then
    printf '%s\n' "$zfs_told" | awk '$1 == "rawok" && $2 == "=" && $3 == 1 { raw = 1 } END { exit !raw }' || return 1
  fi
  exec zfs send -t "$zfs_token"
}

zfs_sealed() {
  zfs_cipher=$(zfs get -H -o value encryption "$zfs_dataset" 2>/dev/null) && [ -n "$zfs_cipher" ]
}
