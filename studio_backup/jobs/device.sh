# shellcheck shell=sh
# Disks and arrays: which device is meant, and who uses it.
#
# What calls these functions reads the variables that they set.
# shellcheck disable=SC2034

device_links=/dev/disk/by-id

device_trouble() {
  device_problem=$*
  printf '%s\n' "$*" >&2
  return 1
}

# Sets device to what is meant: `id:NAME`, `serial:TEXT` or `md:UUID`; to nothing when it is proven not to be there.
# 1: nothing here can tell; 2: several devices answer to it.
find_device() {
  device='' device_wanted=${1#*:}
  case $1 in
    id:?*) find_linked ;;
    serial:?*) find_serial ;;
    md:?*) find_md ;;
    *) device_trouble "$1 names no device" ;;
  esac
}

find_linked() {
  [ -d "$device_links" ] || { device_trouble "no disk has a name here: $device_links is missing" || return; }
  case $device_wanted in
    */* | *-part[0-9] | *-part[0-9][0-9]) device_trouble "$device_wanted names no whole disk" || return ;;
  esac
  # A link to nothing is what a pulled disk leaves behind.
  [ -e "$device_links/$device_wanted" ] || return 0
  device=$(readlink -f "$device_links/$device_wanted") || return 1
  whole_device "$device" || { device='' && device_trouble "$device_wanted is no whole block device"; }
}

whole_device() {
  [ -b "$1" ] && [ -d "/sys/class/block/${1##*/}" ] && [ ! -e "/sys/class/block/${1##*/}/partition" ]
}

find_serial() {
  [ -d "$device_links" ] || { device_trouble "no disk has a name here: $device_links is missing" || return; }
  for device_link in "$device_links"/*; do
    if [ ! -e "$device_link" ] || ! carries_serial "${device_link##*/}" "$device_wanted"; then continue; fi
    device_found=$(readlink -f "$device_link") || return 1
    whole_device "$device_found" || continue
    if [ -n "$device" ] && [ "$device" != "$device_found" ]; then
      device_trouble "$device and $device_found both carry the serial $device_wanted" || { device='' && return 2; }
    fi
    device=$device_found
  done
}

# True when the link NAME is one of a whole disk with this SERIAL, as udev spells it: BUS-MODEL_SERIAL, with the number
# of an NVMe name space or of a unit behind it; BUS-SERIAL on virtual disks.
carries_serial() {
  case $1 in *-part[0-9] | *-part[0-9][0-9] | dm-* | md-* | lvm-* | wwn-*) return 1 ;; esac
  device_serial_wanted=$2
  case $2 in *' '*) device_serial_wanted=$(printf %s "$2" | tr ' ' _) ;; esac
  case $1 in
    "${1%%-*}-$device_serial_wanted" | *_"$device_serial_wanted") return 0 ;;
    *_"$device_serial_wanted"_[0-9]*) device_unit=${1##*_"$device_serial_wanted"_} ;;
    *_"$device_serial_wanted"-[0-9]*:[0-9]*) device_unit=${1##*_"$device_serial_wanted"-} ;;
    *) return 1 ;;
  esac
  case $device_unit in *[!0-9:]*) return 1 ;; esac
}

# By what the kernel says, since an array that has not started has no link; links name it where an old kernel does not.
find_md() {
  [ -d /sys/block ] || { device_trouble '/sys is not mounted' || return; }
  device_hex=$(printf %s "$device_wanted" | tr A-F a-f | tr -cd 0-9a-f)
  for device_folder in /sys/block/md*; do
    [ -r "$device_folder/md/uuid" ] || continue
    read -r device_uuid <"$device_folder/md/uuid" || continue
    [ "$(printf %s "$device_uuid" | tr -cd 0-9a-f)" != "$device_hex" ] || device=/dev/${device_folder##*/}
  done
  if [ -z "$device" ] && [ -e "$device_links/md-uuid-$device_wanted" ]; then
    device=$(readlink -f "$device_links/md-uuid-$device_wanted") || return 1
  fi
  [ -z "$device" ] || whole_device "$device" || { device='' && device_trouble "$device_wanted has no device"; }
}

# Who uses a device or one of its partitions, one a line; nothing when it is free.
device_users() {
  users_name=${1##*/} users_paths=''
  if [ ! -d "/sys/class/block/$users_name" ] || [ ! -r /proc/self/mountinfo ]; then
    device_trouble "nothing tells who uses $1" || return
  fi
  for users_folder in "/sys/class/block/$users_name" "/sys/class/block/$users_name/$users_name"*; do
    if [ -e "$users_folder/dev" ]; then
      part_users "${users_folder##*/}" || return 1
      users_paths="$users_paths /dev/${users_folder##*/}"
    fi
  done
  pool_users "$users_paths"
}

part_users() {
  read -r users_number <"/sys/class/block/$1/dev" || return 1
  users_mounted=$(awk -v number="$users_number" -v path="/dev/$1" '{
      separator = 7; while ($separator != "-" && separator < NF) separator++
      if ($3 == number || $(separator + 2) == path) print "mounted " $5 }' /proc/self/mountinfo) || return 1
  [ -z "$users_mounted" ] || printf '%s\n' "$users_mounted"
  for users_seen in /sys/fs/*/"$1" /sys/fs/btrfs/*/devices/"$1" /sys/class/block/"$1"/holders/*; do
    [ -e "$users_seen" ] || continue
    users_folder_above=${users_seen%/devices/*}
    case $users_seen in
      */holders/*) printf 'held by %s\n' "${users_seen##*/}" ;;
      */devices/*) printf 'btrfs %s mounted\n' "${users_folder_above##*/}" ;;
      # Another name space has it mounted, or something still has files open on it.
      *) [ -n "$users_mounted" ] || printf 'mounted elsewhere\n' ;;
    esac
  done
  for users_seen in /sys/block/loop*/loop/backing_file; do
    if [ ! -r "$users_seen" ] || ! read -r users_file <"$users_seen"; then continue; fi
    users_seen=${users_seen%/loop/*}
    [ "$users_file" != "/dev/$1" ] || printf 'held by %s\n' "${users_seen##*/}"
  done
  [ -e /proc/swaps ] || return 0
  while read -r users_file _; do [ "$users_file" != "/dev/$1" ] || printf 'swap\n'; done </proc/swaps
}

# Imported ZFS pools on any of these paths. The tools alone import nothing: it takes the module, or the daemon that
# stands in for it.
pool_users() {
  [ -d /sys/module/zfs ] || pool_daemon || return 0
  pools=$(zpool status -LP 2>&1) || pools=$(zpool status 2>&1) || { device_trouble "zpool: $pools" || return; }
  printf '%s\n' "$pools" | awk -v paths="$1" 'BEGIN { count = split(paths, path, " ") }
    $1 == "pool:" { pool = $2 }
    { for (i = 1; i <= count; i++) if ($1 == path[i] || "/dev/" $1 == path[i]) print "zfs pool " pool }'
}

pool_daemon() {
  for pool_process in /proc/[0-9]*/comm; do
    pool_name=''
    # It may have ended since.
    { read -r pool_name <"$pool_process"; } 2>/dev/null || :
    [ "$pool_name" != zfs-fuse ] || return 0
  done
  return 1
}
