"""What is run to make a pool, import it, put a disk into it or back: disks by designator, the pool by its guid."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from studio_backup.resources.device import CONTENT
from studio_backup.resources.volume import IDENTITY

#: `find_named DESIGNATOR` sets device, and path to a lasting name of it; `wipe` takes every signature from it and from
#: its partitions, since zpool would find those again at the same places.
_FIND = r"""find_named() {
  find_device "$1"
  [ -n "$device" ] || { printf 'no disk %s\n' "$1"; return 1; }
  path=$device_links/${1#id:}
  case $1 in id:*) return 0 ;; esac
  for link in "$device_links"/wwn-* "$device_links"/nvme-* "$device_links"/ata-* "$device_links"/*; do
    if [ ! -e "$link" ] || [ "$(readlink -f "$link")" != "$device" ]; then continue; fi
    path=$link
    return 0
  done
  return 1
}
wipe() {
  for part in "/sys/class/block/${device##*/}/${device##*/}"*; do
    [ -e "$part/partition" ] || continue
    zpool labelclear -f "/dev/${part##*/}" >/dev/null 2>&1 || :
    wipefs -a -q "/dev/${part##*/}"
  done
  zpool labelclear -f "$device" >/dev/null 2>&1 || :
  wipefs -a -q "$device"
  settle
}
settle() { if command -v udevadm >/dev/null; then udevadm settle; fi; }
"""
#: `is_pool NAME GUID` fails unless it is.
_IS_POOL = r"""is_pool() {
  now=$(zpool list -H -o guid "$1")
  [ "$now" = "$2" ] || { printf 'the pool %s is not the one that was read\n' "$1"; return 1; }
}
"""
_FOUND = f"{CONTENT}\n{_FIND}{_IS_POOL}"
#: Refuses unless nothing is at $1 that a mount would hide.
FREE = f"""{IDENTITY}
if find_mount "$1"; then printf 'another file system is mounted at %s\\n' "$1"; exit 1; fi
if [ -e "$1" ] || [ -L "$1" ]; then
  if [ ! -d "$1" ] || [ -n "$(ls -A -- "$1")" ]; then
    printf '%s is not an empty folder: a mount would hide what is there\\n' "$1"; exit 1
  fi
fi"""
#: Mounts what the pool $1 mounts by itself, those above first: nothing over files, nothing below what is not mounted.
_MOUNT = f"""mount_free() (
{FREE}
)
tab='	' above=''
zfs list -H -r -t filesystem -o canmount,mounted,name,mountpoint "$1" |
while IFS=$tab read -r can mounted dataset place; do
  if [ "$can,$mounted" != on,no ]; then continue; fi
  case $place in /*) ;; *) continue ;; esac
  case $above in *"$tab${{dataset%/*}}$tab"*) above="$above$tab$dataset$tab"; continue ;; esac
  mount_free "$place" && zfs mount "$dataset" || above="$above$tab$dataset$tab"
done"""


def create(name: str, level: str, ashift: str, designators: Sequence[str]) -> str:
    """Its own root is mounted nowhere: each dataset says where it is."""
    word = "" if level == "stripe" else level
    return f"""{_FOUND}set --
for designator in {shlex.join(designators)}; do
  find_named "$designator"
  wipe
  set -- "$@" "$path"
done
zpool create -o ashift={ashift} -O mountpoint=none {shlex.quote(name)} {word} "$@"
settle"""


def bring_in(name: str, guid: str, designators: Sequence[str]) -> str:
    """Imported by its guid, from these disks alone, without force: one that another machine holds is refused. By itself
    it would be mounted over whatever files are there."""
    return f"""{_FOUND}set --
for designator in {shlex.join(designators)}; do
  find_device "$designator"
  [ -n "$device" ] || continue
  for part in "/sys/class/block/${{device##*/}}" "/sys/class/block/${{device##*/}}/${{device##*/}}"*; do
    [ -e "$part/dev" ] || continue
    [ "$(blkid -p -o value -s TYPE "/dev/${{part##*/}}" 2>/dev/null)" = zfs_member ] || continue
    path=/dev/${{part##*/}}
    for link in "$device_links"/wwn-* "$device_links"/*; do
      if [ -e "$link" ] && [ "$(readlink -f "$link")" = "$path" ]; then path=$link; break; fi
    done
    set -- "$@" -d "$path"
  done
done
zpool import -N "$@" {shlex.quote(guid)}
is_pool {shlex.join((name, guid))}
set -- {shlex.quote(name)}
{_MOUNT}"""


def is_pool(name: str, guid: str) -> str:
    """Guard: the pool of that name is still the one that was read."""
    return f"{_IS_POOL}is_pool {shlex.join((name, guid))}"


def put_in(name: str, word: str, place: str, designator: str) -> str:
    """`word` is replace, with what is replaced as `place`, or attach, with a disk of the mirror or the raidz itself."""
    return f"""{_FOUND}find_named {shlex.quote(designator)}
wipe
zpool {word} {shlex.join((name, place))} "$path"
settle"""


def put_back(name: str, references: Sequence[str]) -> str:
    """Disks that were away: they get what they missed."""
    return f"zpool online {shlex.join((name, *references))}"
