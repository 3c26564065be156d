# shellcheck shell=sh
# The listing of disks: is each there, who uses it, what is on it, and what it says of its own health.
#
# device.sh and content.sh stand before it in every script.
# shellcheck disable=SC2154

disk_tab='	'
disk_line='
'

# Each argument is SMART, SERIAL and DESIGNATOR, with tabs between them; SMART is yes or no, SERIAL may be empty.
list_disks() {
  printf 'date\t%s\n' "$(date +%Y-%m-%d)"
  for disk_asked do
    disk_rest=${disk_asked#*"$disk_tab"}
    printf 'disk\t%s\n' "$disk_asked"
    list_disk "${disk_asked%%"$disk_tab"*}" "${disk_rest%%"$disk_tab"*}" "${disk_rest#*"$disk_tab"}"
  done
  printf 'complete\n'
}

list_disk() {
  disk_code=0
  find_device "$3" 2>/dev/null || disk_code=$?
  case $disk_code in
    0) [ -n "$device" ] || { printf 'absent\n' && return; } ;;
    2) printf 'several\t%s\n' "$device_problem" && return ;;
    *) printf 'unread\t%s\n' "$device_problem" && return ;;
  esac
  printf 'found\t%s\n' "$device"
  printf 'serial\t%s\n' "$(device_serial "${device##*/}")"
  [ -z "$2" ] || ! linked_with "$2" || printf 'carries\n'
  if ! disk_users=$(device_users "$device" 2>/dev/null); then
    printf 'unread\t%s\n' "$(device_users "$device" 2>&1 >/dev/null | tail -n 1)"
    return
  fi
  [ -z "$disk_users" ] || printf '%s\n' "$disk_users" | sed "s/^/user$disk_tab/"
  ask_power "$1"
  printf 'power\t%s\n' "$disk_power"
  if [ -n "$disk_users" ] || [ "$disk_power" != awake ]; then return; fi
  if disk_content=$(device_content "$device" 2>/dev/null); then
    printf '%s\n' "$disk_content" | sed "s/^/fact$disk_tab/"
  else
    printf 'problem\t%s\n' "$(device_content "$device" 2>&1 >/dev/null | tail -n 1)"
  fi
}

# True when a name of the device carries this serial: a bridge may show another one to the kernel.
linked_with() {
  for disk_link in "$device_links"/*; do
    if carries_serial "${disk_link##*/}" "$1" && [ "$(readlink -f "$disk_link")" = "$device" ]; then return; fi
  done
  return 1
}

# Sets disk_power to awake, asleep or unknown, and prints what smartctl says: it never wakes a disk.
ask_power() {
  disk_power=awake
  [ "$1" = yes ] || { printf 'smart\toff\n' && return; }
  disk_spins=0
  # Virtual disks call themselves rotating, too; they never sleep.
  case ${device##*/} in
    sd*) read -r disk_spins <"/sys/class/block/${device##*/}/queue/rotational" || disk_spins=1 ;;
  esac
  if command -v smartctl >/dev/null; then
    disk_code=0
    disk_json=$(smartctl --json=c -n standby -H -A -i "$device" 2>/dev/null) || disk_code=$?
    case $disk_json in *"$disk_line"*) disk_json=$(printf %s "$disk_json" | tr '\n' ' ') ;; esac
    printf 'smart\t%s\t%s\n' "$disk_code" "$disk_json"
    case $disk_json in *' mode, exit('*) disk_power=asleep && return ;; esac
    [ "$((disk_code & 3))" -ne 0 ] || return 0
  else
    printf 'smart\tmissing\n'
  fi
  [ "$disk_spins" = 0 ] || disk_power=unknown
}
