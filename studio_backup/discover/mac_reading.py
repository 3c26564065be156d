"""What a Mac answered, as values: disks with what is mounted on them, AppleRAID, and what other products left."""

from __future__ import annotations

import plistlib
import re
from datetime import UTC, datetime
from typing import Any

from studio_backup.discover.found import PLAIN, Drive, Found, Group, Mounted, masked
from studio_backup.probe import Reply
from studio_backup.resource import whole
from studio_backup.spec.arrays import LEVELS

_HEAD = re.compile(r"plist\t(.+)\t([0-9]+)")
#: Mounted there is macOS itself; what people make lies on its Data volume.
_OWN = re.compile(r"/|/System/Volumes/(?!Data$).*|/private/.*")
_SLICE = re.compile(r"(disk[0-9]+)(s[0-9]+)*")
#: What the spec calls a file system that diskutil calls so.
_FILESYSTEMS = {"apfs": "apfs", "hfs": "hfs+", "exfat": "exfat", "msdos": "fat32", "ntfs": "ntfs"}
Plist = dict[str, Any]


def parse_mac(reply: Reply) -> Found:
    """Read the answer of a Mac; raises Unparsable for one that is not whole."""
    texts, lines = _parts(whole(reply))
    found = Found(lines.get("system", [""])[0], lines.get("host", [""])[0], os="macos")
    disks = _Disks(_plist(texts.get("disks", "")), _plist(texts.get("raid", "")))
    for what, text in texts.items():
        if what.startswith("info "):
            _volume(what.removeprefix("info "), _plist(text), disks, found)
    if not texts.get("disks"):
        found.notes.append("its disks: diskutil did not say what there is")
    for name in disks.unmounted({one.kernel for one in found.drives}):
        found.notes.append(f"{name}: nothing on it is mounted, so it was left asleep and is not described")
    _groups(disks, found)
    _external(texts, lines, found)
    return found


def _parts(text: str) -> tuple[dict[str, str], dict[str, list[str]]]:
    """The whole answers of tools by what was asked, and our own lines by their first word."""
    texts: dict[str, list[str]] = {}
    lines: dict[str, list[str]] = {}
    into: list[str] = []
    for line in text.splitlines():
        head = _HEAD.fullmatch(line)
        word, _, rest = line.partition("\t")
        if head:
            into = texts.setdefault(head[1], [])
        elif line.startswith("| "):
            into.append(line[2:])
        else:
            lines.setdefault(word, []).append(rest)
    return {what: "\n".join(body) for what, body in texts.items()}, lines


def _plist(text: str) -> Plist:
    """Nothing for what is no property list: an error, an empty answer, somebody's file."""
    try:
        value = plistlib.loads(text.encode("utf-8", "surrogateescape"))
    except Exception:  # whatever it trips over, it says nothing that could be written down
        return {}
    return value if isinstance(value, dict) else {}


def _listed(plist: Plist, key: str) -> list[Plist]:
    """The entries of a list; none where a Mac says something else there."""
    value = plist.get(key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


class _Disks:
    """Which disk lies under what: APFS containers and RAID sets have disks of their own that are none."""

    def __init__(self, listed: Plist, raid: Plist) -> None:
        entries = _listed(listed, "AllDisksAndPartitions")
        self.sets = {str(one.get("BSD Name", "")): one for one in _listed(raid, "AppleRAIDSets")}
        self._stores = {
            str(one.get("DeviceIdentifier")): [str(store.get("DeviceIdentifier")) for store in stores]
            for one in entries
            if (stores := _listed(one, "APFSPhysicalStores"))
        }
        self._slices = {
            str(part.get("DeviceIdentifier")): part for one in entries for part in _listed(one, "Partitions")
        }
        self._joined = {
            str(leg.get("BSD Name")): str(leg.get("AppleRAIDMemberUUID", ""))
            for one in self.sets.values()
            for leg in _listed(one, "Members")
            if leg.get("BSD Name")
        }
        self.physical = {
            str(one.get("DeviceIdentifier")): size if isinstance(size := one.get("Size"), int) else 0
            for one in entries
            if str(one.get("DeviceIdentifier")) not in {*self._stores, *self.sets}
        }

    def below(self, device: str) -> tuple[str, ...]:
        """The partitions of physical disks, or the one RAID set, that a whole disk of diskutil's rests on."""
        if device in self.sets:
            return (device,)
        stores = self._stores.get(device)
        if stores is None:
            return tuple(name for name in self._slices if _whole(name) == device and self.identity(name))[-1:]
        return tuple(_whole(name) if _whole(name) in self.sets else name for name in stores)

    def identity(self, part: str) -> str:
        """The DiskUUID of a partition: what is on a disk, known wherever it is plugged in. A member of a set has
        that which AppleRAID gave it, and nothing says that the two are one."""
        uuid = self._joined[part] if part in self._joined else str(self._slices.get(part, {}).get("DiskUUID", ""))
        return uuid if PLAIN.fullmatch(uuid) else ""

    def members(self, device: str) -> list[str]:
        """The partitions that a RAID set is made of and that are there."""
        return [str(one["BSD Name"]) for one in _listed(self.sets[device], "Members") if one.get("BSD Name")]

    def unmounted(self, known: set[str]) -> list[str]:
        """Physical disks of which nothing is described."""
        return [name for name in self.physical if name not in known]


def _whole(device: str) -> str:
    found = _SLICE.fullmatch(device)
    return found[1] if found else device


def _volume(path: str, info: Plist, disks: _Disks, found: Found) -> None:
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
        name = _whole(part)
        if name not in {one.kernel for one in found.drives}:
            medium = "ssd" if info.get("SolidState") is True else "hdd"
            found.drives.append(Drive(name, disks.identity(part), medium, disks.physical.get(name, 0), _model(info)))
    found.volumes.append(Mounted(path, kind, identity, below[0] if below[0] in disks.sets else _whole(below[0])))


def _model(info: Plist) -> str:
    return f"{info.get('BusProtocol', '')}{', inside' if info.get('Internal') is True else ''}".strip(", ")


def _groups(disks: _Disks, found: Found) -> None:
    for device, one in disks.sets.items():
        level = str(one.get("Level", "")).lower()
        members = tuple(dict.fromkeys(map(_whole, disks.members(device))))
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


def _external(texts: dict[str, str], lines: dict[str, list[str]], found: Found) -> None:
    """Copies that other products make, with what they left behind as evidence."""
    settings = _plist(texts.get("time-machine", ""))
    newest = {
        str(one.get("DestinationID")): max(
            (at for at in one.get("SnapshotDates") or () if isinstance(at, datetime)), default=None
        )
        for one in _listed(settings, "Destinations")
        if isinstance(one.get("SnapshotDates", []), list)
    }
    for one in _listed(_plist(texts.get("destinations", "")), "Destinations"):
        at = newest.get(str(one.get("ID")))
        seen = f"newest backup {_when(at)}" if at else "no finished backup is noted, or its settings may not be read"
        where = masked(str(one.get("URL") or one.get("MountPoint") or "not plugged in"))
        found.external.append(("time-machine", f"{one.get('Name', '')} ({one.get('Kind', '')}, {where}): {seen}"))
    backblaze = backblaze_said(
        texts.get("backblaze bzstat_lastbackupcompleted.xml", ""), texts.get("backblaze bzstat_remainingbackup.xml", "")
    )
    if backblaze or "Backblaze" in lines.get("app", []):
        found.external.append(("backblaze-personal", backblaze or "it is installed; it left no report of a backup"))
    jobs = {what.removeprefix("job "): _plist(text) for what, text in texts.items() if what.startswith("job ")}
    for product, words in (("carbon-copy-cloner", r"bombich|carbon copy"), ("chronosync", r"chronosync")):
        helpers = [path for path in jobs if re.search(words, path, re.IGNORECASE)]
        apps = [app for app in lines.get("app", []) if re.search(words, app, re.IGNORECASE)]
        if helpers or apps:
            left = [f"launchd starts {path}" for path in helpers] or ["its application is there, no job of it"]
            found.external.append((product, f"{'; '.join(left)}; when it last ran is not known"))
    for path, plist in jobs.items():
        told = plist.get("ProgramArguments")
        command = told if told and isinstance(told, list) else [plist.get("Program", "")]
        found.jobs.append(masked(f"{path}: {' '.join(map(str, command))}"))


def backblaze_said(completed: str, rest: str) -> str:
    """A pass that ended is no complete backup: what remains is said beside it. "" where both reports say nothing."""
    ended = re.search(r'gmt_millis="([0-9]{10,14})"', completed)
    files = re.search(r'remainingnumfilesforbackup="([0-9]{1,18})"', rest)
    size = re.search(r'remainingnumbytesforbackup="([0-9]{1,18})"', rest)
    parts = [f"its last pass ended {_when(datetime.fromtimestamp(int(ended[1]) // 1000, UTC))}"] if ended else []
    if files and size:
        parts.append(f"{files[1]} files with {int(size[1]) / 1e9:.1f} GB were still to go")
    return "; ".join(parts)


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
