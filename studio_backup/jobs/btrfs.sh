# shellcheck shell=sh
# btrfs over several disks: where it is mounted, which devices carry it, and whether it may be mounted at all.
#
# volume.sh, device.sh, content.sh, disk.sh and filesystem.sh stand before it in every script.
# shellcheck disable=SC2034,SC2154

btrfs_tab='	'

# Sets btrfs_path to a folder where the file system UUID is mounted here, and btrfs_options; to nothing where it is not.
find_btrfs() {
  btrfs_path='' btrfs_options=''
  [ -d "/sys/fs/btrfs/$1/devices" ] || return 0
  while read -r _ _ _ _ btrfs_point _ btrfs_rest; do
    btrfs_rest=${btrfs_rest#*- }
    case $btrfs_rest in 'btrfs '*) ;; *) continue ;; esac
    # shellcheck disable=SC2086
    set -- "$1" $btrfs_rest
    btrfs_source=$(readlink -f "$3") || continue
    [ -e "/sys/fs/btrfs/$1/devices/${btrfs_source##*/}" ] || continue
    btrfs_path=$(printf '%s' "$btrfs_point" | sed "s/\\\\040/ /g; s/\\\\011/$btrfs_tab/g; s/\\\\134/\\\\/g")
    btrfs_options=$4
    [ ! -d "$btrfs_path" ] || return 0
  done </proc/self/mountinfo
  btrfs_path=''
}

# Sets super_devid, super_part (its UUID within the file system), super_generation, super_devices and super_label of
# what the device carries of the file system UUID. 1: nothing of it; 2: it cannot be read.
read_btrfs() {
  super_devid=''
  superblock_id=''
  read_superblock "$1" btrfs
  if [ -z "$superblock_id" ]; then
    # What is smaller than a superblock's place carries none.
    read -r super_size <"/sys/class/block/${1##*/}/size" && [ "$super_size" -gt 136 ] || return 1
    return 2
  fi
  [ "$superblock_id" = "$2" ] || return 1
  command -v btrfs >/dev/null || return 2
  super_told=$(btrfs inspect-internal dump-super --force "$1" 2>/dev/null) || return 2
  super_found=$(printf '%s\n' "$super_told" | awk '
    $1 == "magic" { good = /\[match\]/ }
    $1 == "csum" { sound = /\[match\]/ }
    $1 == "generation" { generation = $2 }
    $1 == "num_devices" { devices = $2 }
    $1 == "dev_item.uuid" { part = $2 }
    $1 == "dev_item.devid" { devid = $2 }
    $1 == "label" { label = $0; sub(/^label[ \t]*/, "", label) }
    END { if (good == "" || sound == "") exit 1
      if (good && sound) print devid, part, generation, devices, label }') || return 2
  [ -n "$super_found" ] || return 1
  read -r super_devid super_part super_generation super_devices super_label <<END
$super_found
END
}

# What a step of ours that goes on without us is called, in /run and by the kernel.
behind_name() { printf 'studio-backup-btrfs.%s' "$1"; }

# True while one goes on: a file that outlived it names another process, or none.
goes_on() {
  goes_on_process=''
  { read -r goes_on_process <"/run/$(behind_name "$1")"; } 2>/dev/null || return 1
  grep -q "$(behind_name "$1")" "/proc/$goes_on_process/cmdline" 2>/dev/null
}

# For each device besides those of the mounted file system that carries UUID, calls $2 with its name. Disks that sleep
# are known by what udev remembers; $4 is called with those that nobody knows, and why: asleep or unread. SMART ($3) is
# asked of disks that spin.
each_carrier() {
  for carrier_folder in /sys/class/block/*; do
    carrier_name=${carrier_folder##*/}
    if [ ! -b "/dev/$carrier_name" ] || [ -e "/sys/fs/btrfs/$1/devices/$carrier_name" ]; then continue; fi
    case $carrier_name in ram* | zram* | sr* | fd[0-9]*) continue ;; esac
    read -r carrier_size <"$carrier_folder/size" || continue
    [ "$carrier_size" != 0 ] || continue
    # What lies below an array or a mapped device carries nothing of its own.
    carrier_held=''
    for carrier_holder in "$carrier_folder"/holders/*; do [ ! -e "$carrier_holder" ] || carrier_held=1; done
    [ -z "$carrier_held" ] || continue
    carrier_code=0 carrier_state=unread
    if carrier_awake "$carrier_folder" "$3"; then
      read_btrfs "/dev/$carrier_name" "$1" || carrier_code=$?
    else
      carrier_state=asleep
      remembered "$carrier_folder" "$1" || carrier_code=$?
    fi
    case $carrier_code in
      0) "$2" "$carrier_name" ;;
      2) "$4" "$carrier_name" "$carrier_state" ;;
    esac
  done
}

carrier_awake() {
  awake_disk=${1##*/}
  if [ -e "$1/partition" ]; then
    awake_disk=$(readlink -f "$1") || return 1
    awake_disk=${awake_disk%/*} awake_disk=${awake_disk##*/}
  fi
  case $awake_disk in sd*) ;; *) return 0 ;; esac
  # Partitions follow their disk.
  if [ "$awake_disk" != "${awake_last:-}" ]; then
    device=/dev/$awake_disk
    ask_power "$2" >/dev/null
    awake_last=$awake_disk awake_power=$disk_power
  fi
  [ "$awake_power" = awake ]
}

# As read_btrfs, of a disk that sleeps: which commit it is at is not known.
remembered() {
  super_devid='?' super_part='?' super_generation='?' super_devices='?' super_label=''
  read -r remembered_number <"$1/dev" || return 2
  [ -r "/run/udev/data/b$remembered_number" ] || return 2
  super_part=$(wanted=$2 awk -F = '
    $1 == "E:ID_FS_UUID" { found = tolower($2) == ENVIRON["wanted"] } $1 == "E:ID_FS_UUID_SUB" { part = $2 }
    END { if (found) print part == "" ? "?" : part }' "/run/udev/data/b$remembered_number") || return 2
  [ -n "$super_part" ]
}

# Each argument is NAME, UUID, SMART and the designators of the members, with tabs between them.
list_btrfs() {
  command -v btrfs >/dev/null || { printf 'btrfs-progs is not installed\n' >&2 && return 1; }
  printf 'now\t%s\n' "$(date +%s)"
  [ ! -d /dev/disk/by-id ] || ls -l /dev/disk/by-id
  for btrfs_asked do
    printf 'btrfs\t%s\n' "$btrfs_asked"
    btrfs_ifs=$IFS
    IFS=$btrfs_tab
    set -f
    # shellcheck disable=SC2086
    set -- $btrfs_asked
    set +f
    IFS=$btrfs_ifs
    btrfs_uuid=$2 btrfs_smart=$3
    shift 3
    list_members "$@"
    list_mounted
    each_carrier "$btrfs_uuid" list_carrier "$btrfs_smart" list_dark
  done
  printf 'complete\n'
}

list_members() {
  for btrfs_member do
    btrfs_code=0
    find_device "$btrfs_member" 2>/dev/null || btrfs_code=$?
    if [ "$btrfs_code" -ne 0 ]; then printf 'unread\t%s\n' "$device_problem"; fi
    printf 'disk\t%s\t%s\n' "$btrfs_member" "${device##*/}"
    [ -n "$device" ] || continue
    for btrfs_other in /sys/fs/btrfs/*/devices/"${device##*/}"; do
      btrfs_other=${btrfs_other%/devices/*}
      case ${btrfs_other##*/} in '*' | "$btrfs_uuid") ;; *) printf 'other\t%s\n' "${btrfs_other##*/}" ;; esac
    done
  done
}

list_mounted() {
  find_btrfs "$btrfs_uuid"
  if [ -z "$btrfs_path" ]; then
    [ ! -d "/sys/fs/btrfs/$btrfs_uuid/devices" ] || printf 'elsewhere\n'
    return 0
  fi
  printf 'mounted\t%s\t%s\n' "$btrfs_options" "$btrfs_path"
  ask_btrfs show filesystem show --raw "$btrfs_path"
  # Where each path leads, since a link may stand in for a device.
  printf '%s\n' "$btrfs_told" | sed -n 's/^.* path \(\/[^ ]*\).*$/\1/p' | while read -r btrfs_device; do
    btrfs_real=$(readlink -f "$btrfs_device") || btrfs_real=$btrfs_device
    printf 'device\t%s\t%s\n' "$btrfs_device" "${btrfs_real##*/}"
  done
  ask_btrfs df filesystem df --raw "$btrfs_path"
  ask_btrfs stats device stats "$btrfs_path"
  ask_btrfs scrub scrub status -R "$btrfs_path"
  ask_btrfs replace replace status -1 "$btrfs_path"
  ask_btrfs balance balance status "$btrfs_path"
  ask_btrfs root subvolume show "$btrfs_path"
  if [ -d "/sys/fs/btrfs/$btrfs_uuid/qgroups" ]; then printf 'quota\tyes\n'; else printf 'quota\tno\n'; fi
  ! goes_on "$btrfs_uuid" || printf 'behind\n'
  mounted_at=$btrfs_path
  list_room
}

# One answer of btrfs, each line behind a tab; its exit status is told, for it means something else with each.
ask_btrfs() {
  btrfs_word=$1
  shift
  btrfs_code=0
  btrfs_told=$(LC_ALL=C TZ=UTC btrfs "$@" 2>&1 </dev/null) || btrfs_code=$?
  printf 'tool\t%s\t%s\n' "$btrfs_word" "$btrfs_code"
  printf '%s\n' "$btrfs_told" | sed "s/^/$btrfs_tab/"
}

list_carrier() {
  printf 'carrier\t%s\t%s\t%s\t%s\t%s\t%s\n' \
    "$1" "$super_devid" "$super_part" "$super_generation" "$super_devices" "$super_label"
  if carrier_users=$(device_users "/dev/$1" 2>/dev/null) && [ -z "$carrier_users" ] &&
    [ "$super_generation" != '?' ] && carrier_content=$(device_content "/dev/$1" 2>/dev/null); then
    printf '%s\n' "$carrier_content" | sed "s/^/fact$btrfs_tab/"
  fi
}

list_dark() { printf 'dark\t%s\t%s\n' "$1" "$2"; }

# True when all that carries UUID is of one piece: no two devices are the same leg, and none is left behind. Else says
# why, for the kernel would mount whichever it saw last. The devices of one that may be mounted are made known to it.
btrfs_ready() {
  [ ! -d "/sys/fs/btrfs/$1/devices" ] || return 0
  ready_found=$(each_carrier "$1" ready_carrier yes :) || return 1
  ready_trouble=$(printf '%s\n' "$ready_found" | awk '
    NF < 3 || $2 == "?" { next }
    $2 in at { print at[$2] " and " $1 " are the same leg of it: one of them was replaced" }
    { at[$2] = $1 }
    $3 != "?" { generation[$1] = $3; if ($3 + 0 > newest + 0) newest = $3 }
    END { for (name in generation) if (generation[name] + 0 < newest + 0)
        print name " was left behind, at commit " generation[name] " of " newest }')
  [ -z "$ready_trouble" ] || { printf '%s\n' "$ready_trouble" && return 1; }
  printf '%s\n' "$ready_found" | while read -r ready_name _; do
    [ -z "$ready_name" ] || btrfs device scan "/dev/$ready_name" >/dev/null || return 1
  done
}

ready_carrier() { printf '%s %s %s\n' "$1" "$super_part" "$super_generation"; }
