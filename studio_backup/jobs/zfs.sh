# shellcheck shell=sh
# The listings of ZFS: pools as the tools tell of them, what labels on disks tell of pools that are not imported, and
# datasets with their properties. OpenZFS from 2.3 on speaks JSON; older ones and zfs-fuse have only text.
#
# device.sh and disk.sh stand before it in every script.
# shellcheck disable=SC2154

zfs_tab='	'
# What is asked of a dataset.
zfs_known='compression atime recordsize quota reservation xattr acltype mountpoint canmount mounted readonly encryption'
zfs_known="$zfs_known keyformat keylocation keystatus used available guid studio-backup:id"

# SMART and designators in "$@". Fails where nothing here can tell of pools: no tool, no module, no daemon.
list_pools() {
  command -v zpool >/dev/null || { printf 'zpool is not installed\n' >&2 && return 1; }
  zfs_told=$(zpool list -H -o name,guid,health,capacity,ashift) || return 1
  printf 'now\t%s\t%s\n' "$(date +%s)" "$(date '+%Y-%m-%d %H:%M:%S')"
  printf 'host\t%s\n' "$(hostid)"
  list_device_names
  [ -z "$zfs_told" ] || printf '%s\n' "$zfs_told" | sed "s/^/pool$zfs_tab/"
  if zfs_told=$(zpool status -j --json-int 2>/dev/null); then
    printf 'json\t%s\n' "$(printf %s "$zfs_told" | tr '\n' ' ')"
  else
    zfs_told=$(zpool status -P 2>/dev/null) || zfs_told=$(zpool status) || return 1
    printf '%s\n' "$zfs_told" | sed "s/^/text$zfs_tab/"
  fi
  zfs_told=$(zfs get -d 0 -Hp -o name,value creation) || return 1
  [ -z "$zfs_told" ] || printf '%s\n' "$zfs_told" | sed "s/^/created$zfs_tab/"
  zfs_used=$(zpool status -LP 2>/dev/null) || zfs_used=$(zpool status) || return 1
  zfs_used=$(printf '%s\n' "$zfs_used" | awk '$1 ~ /^\// && $2 ~ /^(ONLINE|DEGRADED|FAULTED)$/ {
    printf " %s ", $1 }')
  for zfs_asked do list_labels "${zfs_asked#*"$zfs_tab"}" "${zfs_asked%%"$zfs_tab"*}"; done
  printf 'complete\n'
}

# Every name that a pool may know a disk by, and which partitions are of which disk.
list_device_names() {
  for zfs_folder in /dev/disk/by-*; do
    [ -d "$zfs_folder" ] || continue
    printf 'links\t%s\n' "$zfs_folder"
    # Names of links hold no blank, whatever a device calls itself: udev sees to that.
    # shellcheck disable=SC2012
    ls -l "$zfs_folder" | sed -n "s/^l.* \([^ ]*\) -> \([^ ]*\)\$/link$zfs_tab\1$zfs_tab\2/p"
  done
  for zfs_folder in /sys/block/*/*/partition; do
    [ -e "$zfs_folder" ] || continue
    zfs_folder=${zfs_folder%/partition} zfs_disk=${zfs_folder%/*}
    printf 'part\t%s\t%s\n' "${zfs_folder##*/}" "${zfs_disk##*/}"
  done
}

# What the disk carries of pools; what an imported one holds is not read, nor what sleeps: DESIGNATOR SMART.
list_labels() {
  zfs_code=0
  find_device "$1" 2>/dev/null || zfs_code=$?
  [ "$zfs_code" -eq 0 ] || { printf 'disk\t%s\t?\t%s\n' "$1" "$device_problem" && return; }
  printf 'disk\t%s\t%s\n' "$1" "${device##*/}"
  [ -n "$device" ] || return 0
  # Nor what lies beside it on the disk, which may sleep.
  zfs_parts=$device
  case $device in *[0-9]) zfs_parts=${device}p ;; esac
  case $zfs_used in *" $device "* | *" $zfs_parts"[0-9]*) return 0 ;; esac
  ask_power "$2" >/dev/null
  [ "$disk_power" = awake ] || { printf 'dark\t%s\n' "${device##*/}" && return; }
  for zfs_folder in "/sys/class/block/${device##*/}" "/sys/class/block/${device##*/}/${device##*/}"*; do
    [ -e "$zfs_folder/dev" ] || continue
    zfs_part=/dev/${zfs_folder##*/}
    [ "$(blkid -p -o value -s TYPE "$zfs_part" 2>/dev/null)" = zfs_member ] || continue
    printf 'label\t%s\n' "${zfs_part##*/}"
    # One label tells what all four do; without one, what blkid saw is a rest.
    zdb -l "$zfs_part" 2>&1 | awk '/^LABEL [1-3]/ { exit } { print "\t" $0 }'
  done
}

# Each argument is VOLUME, DATASET, PATH, SMART and the designators of the pool's disks, with tabs between them; volume.sh
# stands before it, too.
list_datasets() {
  command -v zfs >/dev/null || { printf 'zfs is not installed\n' >&2 && return 1; }
  zfs_names=$(zfs list -H -t filesystem -o name) || return 1
  # What a word of a property means may depend on it; zfs-fuse says none.
  zfs_version=$(zfs version 2>/dev/null) || zfs_version=''
  printf 'version\t%s\n' "${zfs_version%%[!a-z0-9.-]*}"
  for zfs_asked do
    printf 'dataset\t%s\n' "$zfs_asked"
    zfs_ifs=$IFS
    IFS=$zfs_tab
    set -f
    # shellcheck disable=SC2086
    set -- $zfs_asked
    set +f
    IFS=$zfs_ifs
    list_dataset "$@"
  done
  printf 'complete\n'
}

list_dataset() {
  zfs_dataset=$2
  list_place "$3"
  if printf '%s\n' "$zfs_names" | grep -qxF -- "$zfs_dataset"; then
    list_properties "$zfs_dataset"
    return
  fi
  printf 'absent\n'
  ! printf '%s\n' "$zfs_names" | grep -qxF -- "${zfs_dataset%%/*}" || { printf 'imported\n' && return; }
  zfs_smart=$4
  shift 4
  for zfs_designator do
    find_device "$zfs_designator" 2>/dev/null || { printf 'unread\t%s\n' "$device_problem" && return; }
    [ -n "$device" ] || continue
    ask_power "$zfs_smart" >/dev/null
    if [ "$disk_power" != awake ]; then
      printf 'unread\t%s sleeps, and is not asked which pool it carries\n' "${zfs_designator#*:}"
      continue
    fi
    for zfs_folder in "/sys/class/block/${device##*/}" "/sys/class/block/${device##*/}/${device##*/}"*; do
      [ -e "$zfs_folder/dev" ] || continue
      zfs_label=$(blkid -p -n zfs_member -o value -s LABEL "/dev/${zfs_folder##*/}" 2>/dev/null) || continue
      [ "$zfs_label" != "${zfs_dataset%%/*}" ] || printf 'member\t%s\n' "$zfs_designator"
    done
  done
}

# What stands where it is mounted, or would be.
list_place() {
  zfs_state=bare mount_source=''
  if find_mount "$1"; then
    zfs_state=mounted
  elif [ -d "$1" ]; then
    zfs_found=$(ls -A -- "$1") || zfs_state=unread
    [ -z "$zfs_found" ] || zfs_state=full
  elif [ -e "$1" ] || [ -L "$1" ]; then
    zfs_state='file'
  fi
  printf 'place\t%s\t%s\n' "$zfs_state" "$mount_source"
}

# One call where all are known; else one by one, since zfs-fuse refuses the whole list for one property it lacks.
list_properties() {
  if zfs_told=$(zfs get -Hp -o property,value,source "$(printf %s "$zfs_known" | tr ' ' ,)" "$1" 2>/dev/null); then
    printf '%s\n' "$zfs_told" | sed "s/^/property$zfs_tab/"
    return
  fi
  for zfs_property in $zfs_known; do
    if zfs_told=$(zfs get -Hp -o property,value,source "$zfs_property" "$1" 2>&1); then
      printf 'property\t%s\n' "$zfs_told"
    else
      case $zfs_told in
        *'invalid property'*) printf 'unsupported\t%s\n' "$zfs_property" ;;
        *) printf 'unread\t%s\n' "$(printf '%s\n' "$zfs_told" | head -n 1)" ;;
      esac
    fi
  done
}
