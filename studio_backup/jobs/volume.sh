# shellcheck shell=sh
# Volumes: is the right one mounted at its place (id and sentinel), and how much room is left on it.
#
# The parts share their variables, which no single file shows.
# shellcheck disable=SC2034,SC2154

sentinel_name=.studio-backup-volume
# Snapshots of what is on the volume lie here, in its root: they are no part of it.
snapshots_name=.studio-backup-snapshots
# Where rsync keeps half of a file until the next run.
partial_folder=.studio-backup-partial
mount_table=/proc/self/mountinfo
tab='	'

# Sets mount_source, mount_type, mount_number of what is mounted at exactly $1, and mount_above, the number of the
# file system around it; fails when nothing is mounted there.
find_mount() {
  mount_source='' mount_type='' mount_number='' mount_above='' mount_above_length=0
  if [ ! -r "$mount_table" ]; then
    find_mount_darwin "$1"
    return
  fi
  mount_place=$1
  case $mount_place in
    *[\\\ "$tab"]*) mount_place=$(printf '%s' "$1" | sed 's/\\/\\134/g; s/ /\\040/g; s/	/\\011/g') ;;
  esac
  while read -r _ _ mount_maj_min _ mount_point mount_rest; do
    if [ "$mount_point" = "$mount_place" ]; then
      mount_number=$mount_maj_min
      mount_rest=${mount_rest#*- }
      mount_type=${mount_rest%% *}
      mount_rest=${mount_rest#* }
      mount_source=${mount_rest%% *}
    elif [ "${#mount_point}" -ge "$mount_above_length" ]; then
      case $mount_place/ in
        "${mount_point%/}"/*) mount_above=$mount_maj_min mount_above_length=${#mount_point} ;;
      esac
    fi
  done <"$mount_table"
  [ -n "$mount_number" ]
}

find_mount_darwin() {
  # In the environment a backslash stays one; awk's -v would read it.
  mount_source=$(mount | place=" on $1 (" awk '{ at = index($0, ENVIRON["place"]); if (at) found = substr($0, 1, at - 1) }
    END { print found }')
  mount_type=darwin mount_number=$mount_source
  [ -n "$mount_source" ]
}

same_id() {
  [ -n "$1" ] || return 1
  [ "$1" = "$2" ] && return 0
  [ "$(printf %s "$1" | tr 'A-F' 'a-f')" = "$(printf %s "$2" | tr 'A-F' 'a-f')" ]
}

# Sets device_hex to the bytes of a device as pairs of hex digits: DEVICE OFFSET COUNT.
read_device() {
  # One process where od can skip; some appliances' cannot.
  device_hex=$(od -An -tx1 -j "$2" -N "$3" "$1" 2>/dev/null) ||
    device_hex=$(dd if="$1" bs=1 skip="$2" count="$3" 2>/dev/null | od -An -tx1) || device_hex=''
}

# Sets superblock_id to the id that the file system itself carries; to nothing when the device cannot be read.
read_superblock() {
  superblock_id='' device_hex=''
  [ -b "$1" ] && [ -r "$1" ] || return 0
  case $2 in
    ext2 | ext3 | ext4) read_device "$1" 1128 16 ;;
    btrfs) read_device "$1" 65568 16 ;;
    xfs) read_device "$1" 32 16 ;;
    exfat) read_device "$1" 100 4 ;;
    *) return 0 ;;
  esac
  # shellcheck disable=SC2086
  set -- $device_hex
  case $# in
    16)
      superblock_id="$1$2$3$4-$5$6-$7$8-$9"
      shift 9
      superblock_id="$superblock_id$1-$2$3$4$5$6$7"
      ;;
    4) superblock_id="$4$3-$2$1" ;;
  esac
}

# Without a readable device or udev an unprivileged user still sees statfs: ext folds its id into the file system number.
ext_number_matches() {
  case $mount_type in ext2 | ext3 | ext4) ;; *) return 1 ;; esac
  ext_number=$(stat -f -c %i "$1" 2>/dev/null) || return 1
  ext_folded=$(printf '%s' "$2" | tr -d - | awk '
    function value(text) { return index("0123456789abcdef", text) - 1 }
    function fold(one, two,    bit, sum) {
      for (bit = 8; bit >= 1; bit /= 2) { if ((int(one / bit) + int(two / bit)) % 2) sum += bit }
      return substr("0123456789abcdef", sum + 1, 1)
    }
    { for (byte = 7; byte >= 0; byte--) for (half = 1; half <= 2; half++)
        out = out fold(value(substr($0, byte * 2 + half, 1)), value(substr($0, byte * 2 + 16 + half, 1)))
      print out }')
  ext_swapped=$(printf '%s' "$ext_folded" | sed 's/^\(.\{8\}\)\(.\{8\}\)$/\2\1/')
  ext_padded=$(printf '%16s' "$ext_number" | tr ' ' 0)
  [ "$ext_padded" = "$ext_folded" ] || [ "$ext_padded" = "$ext_swapped" ]
}

# What the kernel (btrfs) and udev tell everybody about a device. The gate turns globbing off, this needs it.
linked_id() (
  set +f
  for linked in /sys/fs/btrfs/*/devices/"${1##*/}"; do
    linked_folder=${linked%/devices/*}
    [ ! -e "$linked" ] || { printf '%s\n' "${linked_folder##*/}" && return; }
  done
  for linked in /dev/disk/by-uuid/*; do
    [ "$(readlink -f "$linked" 2>/dev/null)" != "$1" ] || { printf '%s\n' "${linked##*/}" && return; }
  done
)

# Every id that a dataset of ZFS answers to: its guid, and the one that it was made with. One that is inherited, or came
# with a stream, is that of another dataset.
dataset_ids() {
  zfs get -H -o value,source guid,studio-backup:id "$1" 2>/dev/null |
    awk -F '\t' '$1 != "-" && ($2 == "-" || $2 == "local") { print $1 }'
}

# 0: the volume found by find_mount at ROOT has this id; 1: it has another; 2: nothing here can tell.
mounted_id_is() {
  read_superblock "$mount_source" "$mount_type"
  [ -n "$superblock_id" ] || read_superblock "/dev/block/$mount_number" "$mount_type"
  mounted_id=$superblock_id
  case $mount_type in
    zfs | fuse.zfs)
      # The gate parts words at blanks alone.
      for mounted_id in $(dataset_ids "$mount_source" | tr '\n' ' '); do ! same_id "$mounted_id" "$2" || return 0; done
      [ -n "$mounted_id" ] && return 1
      return 2
      ;;
  esac
  if [ "$mount_type" = darwin ]; then
    mounted_id=$(/usr/sbin/diskutil info -plist "$1" 2>/dev/null | tr -d '\n\t' |
      sed -n 's/.*<key>VolumeUUID<\/key> *<string>\([^<]*\)<.*/\1/p')
    [ -n "$mounted_id" ] || return 2
  fi
  [ -n "$mounted_id" ] || mounted_id=$(linked_id "$mount_source")
  # Without -p it would answer from a cache, which remembers the disk that had this name before.
  [ -n "$mounted_id" ] || mounted_id=$(blkid -p -o value -s UUID "$mount_source" 2>/dev/null)
  if [ -n "$mounted_id" ]; then
    same_id "$mounted_id" "$2"
    return
  fi
  ext_number_matches "$1" "$(printf %s "$2" | tr 'A-F' 'a-f')" && return 0
  return 2
}

# The sentinel is one line on the volume itself: ROOT STUDIO VOLUME ID. A link is no sentinel.
sentinel_says() {
  sentinel_line=''
  [ -f "$1/$sentinel_name" ] && [ ! -h "$1/$sentinel_name" ] || return 1
  IFS= read -r sentinel_line <"$1/$sentinel_name" 2>/dev/null || :
  [ "$sentinel_line" = "$2$tab$3$tab$4" ]
}

# Sets volume_reason: empty, or why this is not the volume: SIDE ROOT ID VOLUME STUDIO, where SIDE is source or target.
check_volume() {
  volume_reason=''
  if [ -z "$2" ] || [ -z "$3" ] || [ -z "$4" ]; then volume_reason=config && return; fi
  find_mount "$2" || { volume_reason=$1-unmounted; return; }
  mounted_id_is "$2" "$3"
  volume_match=$?
  if [ "$volume_match" -eq 0 ]; then
    sentinel_says "$2" "$5" "$4" "$3" || volume_reason=$1-sentinel
  # A hardened unit bind-mounts the bare directory onto itself: same file system as the one around it.
  elif [ "$mount_number" = "$mount_above" ]; then
    volume_reason=$1-unmounted
  elif [ "$volume_match" -eq 1 ]; then
    volume_reason=$1-wrong-volume
  else
    volume_reason=$1-unread
  fi
}

# Less room than one hundredth of the volume, at most 1 GiB, is none. awk counts, since KiB overflow a 32-bit shell.
has_room() {
  df -Pk "$1" 2>/dev/null | awk 'NR == 2 {
      reserve = $2 / 100; if (reserve > 1048576) reserve = 1048576
      enough = ($4 > reserve) }
    END { exit !enough }'
}
