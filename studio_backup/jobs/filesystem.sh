# shellcheck shell=sh
# The listing of file systems: what a device carries, where it is mounted, and how much room is left there.
#
# device.sh, content.sh and disk.sh stand before it in every script.
# shellcheck disable=SC2154

filesystem_tab='	'

# Each argument is NAME, UUID, SMART and one designator or more, with tabs between them: that of the device itself and,
# of an array, those of its members; SMART is yes or no.
list_filesystems() {
  for filesystem_asked do
    printf 'filesystem\t%s\n' "$filesystem_asked"
    filesystem_ifs=$IFS
    IFS=$filesystem_tab
    set -f
    # shellcheck disable=SC2086
    set -- $filesystem_asked
    set +f
    IFS=$filesystem_ifs
    filesystem_smart=$3
    shift 3
    list_filesystem "$@"
  done
  printf 'complete\n'
}

list_filesystem() {
  filesystem_code=0
  find_carrier "$@" 2>/dev/null || filesystem_code=$?
  [ "$filesystem_code" -eq 0 ] || { printf 'unread\t%s\n' "$device_problem" && return; }
  [ -n "$device" ] || { printf 'absent\n' && return; }
  printf 'found\t%s\n' "$device"
  # An array that does not run is a device without a size, on which every program finds nothing at all.
  read -r filesystem_sectors <"/sys/class/block/${device##*/}/size" || filesystem_sectors=0
  [ "$filesystem_sectors" != 0 ] || { printf 'unread\tit has no size now, as an array that does not run\n' && return; }
  if ! filesystem_users=$(device_users "$device" 2>/dev/null); then
    printf 'unread\t%s\n' "$(device_users "$device" 2>&1 >/dev/null | tail -n 1)"
    return
  fi
  [ -z "$filesystem_users" ] || printf '%s\n' "$filesystem_users" | sed "s/^/user$filesystem_tab/"
  find_mounted "$device"
  if [ -n "$mounted_type" ]; then
    filesystem_told=$(blkid -p -n "$mounted_type" -o export "$device" 2>/dev/null) || filesystem_told=''
    as_signature "$filesystem_told" ''
    list_room
    list_unused "$device"
    return
  fi
  ask_power "$filesystem_smart" >/dev/null
  printf 'power\t%s\n' "$disk_power"
  if [ "$disk_power" != awake ]; then
    # As udev remembers it: the disk goes on sleeping.
    as_signature "$(cat "/run/udev/data/b$mounted_number" 2>/dev/null)" E:ID_FS_
  elif filesystem_told=$(device_signatures "$device" 2>/dev/null); then
    [ -z "$filesystem_told" ] || printf '%s\n' "$filesystem_told"
    ! half_made "$device" "$filesystem_told" || printf 'half-made\n'
  else
    printf 'unread\tits signatures\n'
  fi
}

# mkfs.xfs writes its superblock first, marked as in progress, and takes that mark away when all is done; ext4's comes
# last, and btrfs' has another signature until then.
half_made() {
  case $2 in *"signature${filesystem_tab}xfs$filesystem_tab"*) ;; *) return 1 ;; esac
  [ "$(dd if="$1" bs=1 skip=126 count=1 2>/dev/null | od -An -tx1 | tr -d ' \n')" != 00 ]
}

# Sets device to what the first designator means; where that is an array of another UUID, to the array that the members
# are in. A member that says it is in an array which does not run is told of: then nothing is known of what it carries.
find_carrier() {
  find_device "$1" || return
  [ -z "$device" ] || return 0
  shift
  for filesystem_member do
    find_device "$filesystem_member" || return
    [ -n "$device" ] || continue
    for filesystem_holder in "/sys/class/block/${device##*/}"/holders/md*; do
      if [ -e "$filesystem_holder" ]; then device=/dev/${filesystem_holder##*/} && return; fi
    done
    ask_power "$filesystem_smart" >/dev/null
    if [ "$disk_power" != awake ]; then printf 'member\tasleep\n' && continue; fi
    filesystem_told=$(blkid -p -n linux_raid_member -o value -s UUID "$device" 2>/dev/null) || continue
    [ -z "$filesystem_told" ] || printf 'member\t%s\n' "$filesystem_told"
  done
  device=''
}

# Sets mounted_type and mounted_at, empty for what is not mounted here, and mounted_number.
find_mounted() {
  mounted_type='' mounted_at=''
  read -r mounted_number <"/sys/class/block/${1##*/}/dev" || return 0
  mounted_line=$(number=$mounted_number place=$1 awk '{
      separator = 7; while ($separator != "-" && separator < NF) separator++
      if ($3 == ENVIRON["number"] || $(separator + 2) == ENVIRON["place"]) { print $(separator + 1), $5; exit } }' \
    /proc/self/mountinfo) || return 0
  [ -n "$mounted_line" ] || return 0
  mounted_type=${mounted_line%% *}
  mounted_at=$(printf '%s' "${mounted_line#* }" | sed "s/\\\\040/ /g; s/\\\\011/$filesystem_tab/g; s/\\\\134/\\\\/g")
}

# KEY=VALUE lines about one file system, keys beginning with $2, in the words of device_signatures.
as_signature() {
  printf '%s\n' "$1" | before=$2 awk -F = -v OFS='\t' '
    { value = substr($0, length($1) + 2) }
    $1 == ENVIRON["before"] "TYPE" { type = value }
    $1 == ENVIRON["before"] "UUID" { uuid = value }
    $1 == ENVIRON["before"] "LABEL" { label = value }
    END { if (type != "") print "signature", type, "-", uuid, label }'
}

# In per cent and MB, as df counts for those who are not root.
list_room() {
  df -Pk "$mounted_at" 2>/dev/null | awk 'NR == 2 && $2 > 0 {
    printf "room\t%d\t%.0f\n", ($3 + $4 > 0) ? $4 * 100 / ($3 + $4) : 0, $4 * 1.024 / 1000 }'
}

# What a mounted file system leaves of its device is told where that is more than a hundredth: one that grew, such as an
# array with a disk more. Nothing of this reads a disk: ext4's superblock stays in memory, and the others ask the kernel.
list_unused() {
  case $mounted_type in
    ext4) filesystem_bytes=$(od -An -v -tu1 -j 1024 -N 512 "$1" | awk '
      { for (place = 1; place <= NF; place++) byte[count++] = $place }
      function number(at) { return byte[at] + 256 * (byte[at + 1] + 256 * (byte[at + 2] + 256 * byte[at + 3])) }
      END { if (count == 512) printf "%.0f", (number(4) + number(336) * 2 ^ 32) * 2 ^ (10 + number(24)) }') ;;
    xfs) filesystem_bytes=$(xfs_info "$mounted_at" 2>/dev/null | awk -F '[ =,]+' '
      $1 == "data" { printf "%.0f", $3 * $5 }') ;;
    btrfs) filesystem_bytes=$(btrfs filesystem show --raw "$mounted_at" 2>/dev/null | awk '
      $1 == "devid" { printf "%.0f", $4 }') ;;
    *) return 0 ;;
  esac
  awk -v used="$filesystem_bytes" -v sectors="$filesystem_sectors" 'BEGIN {
    if (used !~ /^[1-9]/) print "unused\t?"
    else if (sectors * 512 - used > sectors * 5.12) printf "unused\t%.0f\n", (sectors * 512 - used) / 1000000 }'
}

# Gives the label $3 to the file system TYPE of $2 on the device; a mounted one is asked by the kernel, where it must be.
label_filesystem() {
  find_mounted "$1"
  case $2:${mounted_at:+mounted} in
    ext4:*) tune2fs -L "$3" "$1" >/dev/null ;;
    xfs:) xfs_admin -L "$3" "$1" >/dev/null ;;
    xfs:mounted) xfs_io -c "label -s $3" "$mounted_at" >/dev/null ;;
    btrfs:) btrfs filesystem label "$1" "$3" ;;
    btrfs:mounted) btrfs filesystem label "$mounted_at" "$3" && btrfs filesystem sync "$mounted_at" >/dev/null ;;
    *) printf 'nothing here gives a label to %s\n' "$2" && return 1 ;;
  esac
}
