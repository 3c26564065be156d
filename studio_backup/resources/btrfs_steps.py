"""What is run to make a btrfs of several disks, put one into it, wipe an old leg: found by UUID and by-id names."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from studio_backup.resources.btrfs_listing import BTRFS

#: `resolve DESIGNATOR…` sets devices, and fails unless every one is there; `blank DESIGNATOR` empties its device, so
#: that nothing takes it for what it was.
_FIND = rf"""{BTRFS}
settle() {{ if command -v udevadm >/dev/null; then udevadm settle --timeout=10 || :; fi; }}
resolve() {{
  devices=
  for designator do
    find_device "$designator"
    [ -n "$device" ] || {{ printf 'no disk %s\n' "$designator"; return 1; }}
    devices="$devices $device"
  done
}}
blank() {{
  find_device "$1"
  [ -n "$device" ] || {{ printf 'no disk %s\n' "$1"; return 1; }}
  wipefs -a -q "$device"
  btrfs device scan --forget "$device" 2>/dev/null || :
}}"""

#: Mounts UUID at PATH although a leg lacks: only to put a disk in. Stays until somebody unmounts it.
_DEGRADED = r"""mount_degraded() {
  find_btrfs "$1"
  [ -z "$btrfs_path" ] || return 0
  btrfs_ready "$1" || return 1
  if [ -e "$2" ]; then
    [ -z "$(ls -A -- "$2")" ] || { printf '%s is not empty: a mount would hide what is in it\n' "$2"; return 1; }
  else (umask 022; mkdir -p -- "$2"); fi
  degraded_leg=$(each_carrier "$1" ready_carrier yes : | awk 'NR == 1 { print $1 }')
  [ -n "$degraded_leg" ] || { printf 'no disk carries %s\n' "$1"; return 1; }
  mount -t btrfs -o degraded "/dev/$degraded_leg" "$2"
  btrfs_path=$2
}"""

#: `leg_to_replace NUMBER` sets leg to it, unless that is one of `devices` by now; for 0, to that of one that lacks.
_LEG = r"""leg_to_replace() {
  btrfs_told=$(LC_ALL=C btrfs filesystem show --raw "$btrfs_path" 2>/dev/null)
  leg=$(printf '%s\n' "$btrfs_told" | leg=$1 awk '
    $1 == "devid" && (ENVIRON["leg"] == "0" ? $NF == "MISSING" : $2 == ENVIRON["leg"]) { print $2; exit }')
  [ -n "$leg" ] || { printf 'the disk to be replaced is not in it any more, or lacks no more: plan again\n'; return 1; }
  leg_path=$(printf '%s\n' "$btrfs_told" | sed -n "s/^\tdevid *$leg .* path \(\/[^ ]*\)\$/\1/p")
  [ -n "$leg_path" ] || return 0
  case "$devices " in
    *" $(readlink -f "$leg_path") "*) printf '%s is to stay in it: plan again\n' "$leg_path"; return 1 ;;
  esac
}"""

#: `behind UUID SCRIPT ARGUMENT…` begins what takes hours: it goes on without us, holds none of our streams open, and is
#: known by a file until it ends. Ends once it has begun; what ended at once gives its status.
_BEHIND = r"""behind() {
  behind_uuid=$1 behind_script=$2 said=$(mktemp) patience=100 code=0
  shift 2
  setsid sh -c "$behind_script" "$(behind_name "$behind_uuid")" "$@" </dev/null >"$said" 2>&1 3>&- 4>&- &
  worker=$!
  printf '%s\n' "$worker" >"/run/$(behind_name "$behind_uuid")"
  while kill -0 "$worker" 2>/dev/null && [ "$patience" -gt 0 ]; do
    case $(cat "/sys/fs/btrfs/$behind_uuid/exclusive_operation" 2>/dev/null) in none | '') ;; *) break ;; esac
    sleep 0.1
    patience=$((patience - 1))
  done
  if ! kill -0 "$worker" 2>/dev/null; then wait "$worker" || code=$?; fi
  cat "$said"; rm -f "$said"
  return "$code"
}"""

#: What was written while a leg lacked has one copy: it is written again right after.
_REPLACE = """'btrfs replace start -B -f "$1" "$2" "$3" || exit
  btrfs balance start "-dconvert=$4,soft" "-mconvert=$5,soft" "$3"' "$leg" "$device" "$btrfs_path" """


def create(uuid: str, options: Iterable[str], designators: Sequence[str]) -> str:
    """What is on the disks goes first: mkfs leaves a partition table's other end where it is.

    And blkid's cache remembers a try that was killed a moment ago: mkfs would say that the UUID is taken.
    """
    words = shlex.join(("-U", uuid, *options))
    return f"""{_FIND}
resolve {shlex.join(designators)}
for device in $devices; do
  wipefs -a -q "$device"
  btrfs device scan --forget "$device" 2>/dev/null || :
done
settle
BLKID_FILE=/dev/null mkfs.btrfs -q -f {words} $devices </dev/null
settle
btrfs device scan $devices >/dev/null"""


def put_in(uuid: str, path: str, profiles: tuple[str, str], others: Sequence[str], new: str, leg: int) -> str:
    """The new disk in place of one that lacks (`leg` is 0), else of that number, which serves until it is filled."""
    return f"""{_FIND}
{_DEGRADED}
{_LEG}
{_BEHIND}
set -- {shlex.join((uuid, path, *profiles))}
blank {shlex.quote(new)}
settle
mount_degraded "$1" "$2"
devices=
for designator in {shlex.join(others)}; do
  find_device "$designator"
  [ -z "$device" ] || devices="$devices $device"
done
leg_to_replace {leg}
find_device {shlex.quote(new)}
behind "$1" {_REPLACE}"$3" "$4" """


def add(uuid: str, new: str) -> str:
    """One disk more."""
    return f"""{_mounted(uuid)}
blank {shlex.quote(new)}
settle
btrfs device add -f "$device" "$btrfs_path"
settle"""


def wipe(designator: str) -> str:
    """An old leg: nothing takes it for a part of the file system any more."""
    return f"{_FIND}\nblank {shlex.quote(designator)}\nsettle"


def convert(uuid: str, data: str, metadata: str) -> str:
    """Chunks of other profiles are written again, and no others; that goes on without us."""
    return f"""{_BEHIND}
{_mounted(uuid)}
behind {shlex.quote(uuid)} 'btrfs balance start "-dconvert=$1,soft" "-mconvert=$2,soft" "$3"' \\
  {data} {metadata} "$btrfs_path" """


def set_label(uuid: str, label: str, designators: Sequence[str]) -> str:
    """Where it is mounted the kernel is asked; else it is written by way of any of its disks."""
    return f"""{_FIND}
find_btrfs {shlex.quote(uuid)}
if [ -n "$btrfs_path" ]; then
  btrfs filesystem label "$btrfs_path" {shlex.quote(label)}
  btrfs filesystem sync "$btrfs_path" >/dev/null
  exit 0
fi
btrfs_ready {shlex.quote(uuid)}
resolve {shlex.join(designators)}
btrfs filesystem label "$device" {shlex.quote(label)}"""


def set_quota(uuid: str, quota: str) -> str:
    """`yes` or `no`."""
    return f"""{_mounted(uuid)}
btrfs quota {"enable" if quota == "yes" else "disable"} "$btrfs_path" """


def _mounted(uuid: str) -> str:
    return f"""{_FIND}
find_btrfs {shlex.quote(uuid)}
[ -n "$btrfs_path" ] || {{ printf 'it is not mounted\\n'; exit 1; }}"""
