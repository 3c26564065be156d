"""What is run to make an md array, start it, put a disk into it, widen it: all is found by UUID and by-id names."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from studio_backup.resources.device import CONTENT

#: `find_array UUID` sets array to its device, active or not; `resolve DESIGNATOR…` sets devices, and fails unless every
#: one is there; `free_place NAME` sets place to a name in /dev/md that nothing has; `legs_outside` prints the array's
#: devices that are none of `devices`, with their states; `leg_outside NAME` sets leg and states to the one that a plan
#: called so, and fails unless it works and nothing takes its place yet.
_FIND = r"""find_array() {
  array=
  for folder in /sys/block/md*/md; do
    [ -d "$folder" ] || continue
    name=${folder%/md}; name=${name##*/}
    case "$(mdadm --detail --export "/dev/$name" 2>/dev/null)
" in *"MD_UUID=$1
"*) array=/dev/$name ;; esac
  done
  [ -n "$array" ] || { printf 'no array %s\n' "$1"; return 1; }
}
resolve() {
  devices=
  for designator do
    find_device "$designator"
    [ -n "$device" ] || { printf 'no disk %s\n' "$designator"; return 1; }
    devices="$devices $device"
  done
}
legs_outside() {
  for leg in "/sys/block/${array##*/}/md"/dev-*; do
    [ -d "$leg" ] || continue
    case "$devices " in *" /dev/${leg##*/dev-} "*) continue ;; esac
    read -r states <"$leg/state"
    printf '%s %s\n' "${leg##*/dev-}" "$states"
  done
}
leg_outside() {
  leg=$1
  [ ! -e "$device_links/$1" ] || leg=$(readlink -f "$device_links/$1")
  leg=${leg##*/}
  states=$(legs_outside | leg=$leg awk '$1 == ENVIRON["leg"] { print $2 }')
  case ,$states, in
    *,faulty,* | *,want_replacement,*) ;;
    *,in_sync,* | *,spare,*) return 0 ;;
  esac
  printf '%s does not work in %s any more, or its place is taken, or kept: plan again\n' "$1" "$array"
  return 1
}
remove_failed() {
  legs_outside | while read -r leg states; do
    case $states in *faulty*) mdadm "$array" --remove "/dev/$leg" ;; esac
  done
  mdadm "$array" --remove detached
}
free_place() {
  place=/dev/md/$1; count=0
  while [ -e "$place" ] || [ -L "$place" ]; do count=$((count + 1)); place=/dev/md/$1_$count; done
}
settle() { if command -v udevadm >/dev/null; then udevadm settle; fi; }
"""


def create(uuid: str, name: str, host: str, options: Iterable[str], designators: Sequence[str]) -> str:
    """What is on the disks goes first: mdadm leaves a partition table where it is."""
    words = (f"--uuid={uuid}", f"--name={name}", f"--homehost={host}", *options)
    return f"""{CONTENT}
{_FIND}resolve {shlex.join(designators)}
for device in $devices; do wipefs -a -q "$device"; done
settle
free_place {name}
mdadm --create "$place" {shlex.join(words)} --run $devices
settle"""


def start(uuid: str, name: str, designators: Sequence[str]) -> str:
    """One that lies half put together is taken apart first: a late disk would not find its way into it."""
    return f"""{CONTENT}
{_FIND}{_present(designators)}
if find_array {shlex.quote(uuid)} >/dev/null; then mdadm --stop "$array"; settle; fi
free_place {name}
mdadm --assemble "$place" --uuid={shlex.quote(uuid)} --run $devices
settle"""


def _present(designators: Sequence[str]) -> str:
    return f"""devices=
for designator in {shlex.join(designators)}; do
  find_device "$designator"
  [ -z "$device" ] || devices="$devices $device"
done"""


def add(uuid: str, designators: Sequence[str], new: str, wipe: bool) -> str:
    """Into a free slot, or as a spare; what has failed and is of no member is taken out first."""
    wiping = 'wipefs -a -q "$device"; settle\n' if wipe else ""
    return f"""{CONTENT}
{_FIND}find_array {shlex.quote(uuid)}
{_present(designators)}
remove_failed
find_device {shlex.quote(new)}
{wiping}mdadm "$array" --add "$device"
settle"""


def replace(uuid: str, designators: Sequence[str], new: str, wipe: bool, old: str) -> tuple[str, str]:
    """Guard and script: `old` and no other stays in until the new one is filled, so that nothing has less redundancy.

    One that only waits just goes.
    """
    wiping = 'wipefs -a -q "$device"; settle\n' if wipe else ""
    found = f"""{CONTENT}
{_FIND}find_array {shlex.quote(uuid)} || exit 1
{_present(designators)}
leg_outside {shlex.quote(old)} || exit 1
"""
    script = f"""find_device {shlex.quote(new)}
case ,$states, in
  *,in_sync,*)
{wiping}mdadm "$array" --add-spare "$device"
mdadm "$array" --replace "/dev/$leg" --with "$device" ;;
  *)
mdadm "$array" --remove "/dev/$leg"
{wiping}mdadm "$array" --add "$device" ;;
esac
settle"""
    return found, found + script


def widen(uuid: str, slots: int) -> tuple[str, str]:
    """Guard and script: only a whole array that does nothing else."""
    found = f"{CONTENT}\n{_FIND}find_array {shlex.quote(uuid)}\n"
    guard = """state=/sys/block/${array##*/}/md
[ "$(cat "$state/degraded")" -eq 0 ] || { printf 'the array is degraded\\n'; exit 1; }
[ "$(cat "$state/sync_action")" = idle ] || { printf 'the array is busy\\n'; exit 1; }"""
    return found + guard, f'{found}mdadm --grow "$array" --raid-devices={slots}\nsettle'


def set_bitmap(uuid: str, bitmap: str) -> str:
    """`internal` or `none`; the array stays in use."""
    return f"""{CONTENT}
{_FIND}find_array {shlex.quote(uuid)}
mdadm --grow "$array" --bitmap={bitmap}"""


def conf_line(name: str, uuid: str) -> str:
    """The line about an array in mdadm.conf: known by its UUID alone."""
    return f"ARRAY /dev/md/{name} UUID={uuid}"
