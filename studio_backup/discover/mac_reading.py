"""What a Mac answered, as values: disks with what is mounted on them, and AppleRAID."""

from __future__ import annotations

import re

from studio_backup.discover.found import PLAIN, Drive, Found, Group, Mounted
from studio_backup.discover.mac_answers import Plist, answers_of, read_plist
from studio_backup.discover.mac_disks import Disks, whole_disk
from studio_backup.discover.mac_external import external
from studio_backup.probe import Reply
from studio_backup.resource import whole
from studio_backup.spec.arrays import LEVELS

#: Mounted there is macOS itself; what people make lies on its Data volume.
_OWN = re.compile(r"/|/System/Volumes/(?!Data$).*|/private/.*")
#: What the spec calls a file system that diskutil calls so.
_FILESYSTEMS = {"apfs": "apfs", "hfs": "hfs+", "exfat": "exfat", "msdos": "fat32", "ntfs": "ntfs"}


def parse_mac(reply: Reply) -> Found:
    """Read the answer of a Mac; raises Unparsable for one that is not whole."""
    texts, lines = answers_of(whole(reply))
    found = Found(lines.get("system", [""])[0], lines.get("host", [""])[0], os="macos")
    disks = Disks(read_plist(texts.get("disks", "")), read_plist(texts.get("raid", "")))
    for what, text in texts.items():
        if what.startswith("info "):
            _volume(what.removeprefix("info "), read_plist(text), disks, found)
    if not texts.get("disks"):
        found.notes.append("its disks: diskutil did not say what there is")
    for name in disks.unmounted({one.kernel for one in found.drives}):
        found.notes.append(f"{name}: nothing on it is mounted, so it was left asleep and is not described")
    _groups(disks, found)
    external(texts, lines, found)
    return found


def _volume(path: str, info: Plist, disks: Disks, found: Found) -> None:
    if _OWN.fullmatch(path) or not info.get("VolumeUUID"):
        return
    identity, told = str(info["VolumeUUID"]), str(info.get("FilesystemType", ""))
    kind = _FILESYSTEMS.get(told, "")
    if info.get("BusProtocol") == "Disk Image":
        found.notes.append(f"{path}: a disk image, which is a file on another volume")
        return
    below = disks.below(str(info.get("ParentWholeDisk", "")))
    if len(below) != 1 or not path.isprintable() or "{{" in path or not kind or not PLAIN.fullmatch(identity):
        found.notes.append(f"{path} ({told}): what it is or lies on could not be told")
        return
    parts = disks.members(below[0]) if below[0] in disks.sets else list(below)
    for part in parts:
        name = whole_disk(part)
        if name not in {one.kernel for one in found.drives}:
            medium = "ssd" if info.get("SolidState") is True else "hdd"
            found.drives.append(Drive(name, disks.identity(part), medium, disks.physical.get(name, 0), _model(info)))
    found.volumes.append(Mounted(path, kind, identity, below[0] if below[0] in disks.sets else whole_disk(below[0])))


def _model(info: Plist) -> str:
    return f"{info.get('BusProtocol', '')}{', inside' if info.get('Internal') is True else ''}".strip(", ")


def _groups(disks: Disks, found: Found) -> None:
    for device, one in disks.sets.items():
        level = str(one.get("Level", "")).lower()
        members = tuple(dict.fromkeys(map(whole_disk, disks.members(device))))
        described = set(members) <= {drive.kernel for drive in found.drives if drive.by_id}
        told = f"AppleRAID set {one.get('Name', '')} ({level}, {one.get('Status', '?')})"
        if level in LEVELS["appleraid"] and len(members) >= LEVELS["appleraid"][level] and described:
            uuid = str(one.get("AppleRAIDSetUUID", ""))
            found.groups.append(Group(device, "appleraid", level, uuid if PLAIN.fullmatch(uuid) else "", members))
            if one.get("Status") != "Online":
                found.notes.append(f"{told}: it is not well")
        else:
            found.notes.append(f"{told}: not all of its disks are described; mend it, then discover once more")
            found.volumes = [volume for volume in found.volumes if volume.on != device]
