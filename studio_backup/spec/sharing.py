"""Which system can read and write what: file systems, arrays and encryption, as one table."""

from __future__ import annotations

from dataclasses import dataclass

from studio_backup.spec.model import Machine, Volume

TITLES = {"linux": "Linux", "macos": "macOS", "windows": "Windows"}
GIB = 2**30
_ANY = frozenset(TITLES)
_LINUX, _MAC, _WINDOWS = (frozenset([name]) for name in TITLES)


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One thing between a disk and its files: who reads through it, who writes, and what it cannot hold."""

    writes: frozenset[str]
    reads: frozenset[str] = frozenset()  # beside those that write
    journal: bool = True  # a cut leaves what was there before
    links: bool = True  # hard links, owners, modes
    largest: int | None = None  # bytes of one file
    local_times: bool = False  # the same moment may read whole hours apart: elsewhere, or after a change of summer time


#: What the systems bring themselves. Drivers of other makers come and go with updates: nobody counts on one.
FILESYSTEMS = {
    **dict.fromkeys(("ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs"), Layer(writes=_LINUX)),
    "ext2": Layer(writes=_LINUX, journal=False),
    "exfat": Layer(writes=_ANY, journal=False, links=False, local_times=True),
    "fat32": Layer(writes=_ANY, journal=False, links=False, local_times=True, largest=4 * GIB),
    "ntfs": Layer(writes=_LINUX | _WINDOWS, reads=_MAC),
    "refs": Layer(writes=_WINDOWS),
    "apfs": Layer(writes=_MAC),
    "hfs+": Layer(writes=_MAC, reads=_LINUX),
}
#: A RAID case or card, and a box of disks, show every system one plain disk.
ARRAYS = {
    **dict.fromkeys(("md", "btrfs", "zfs"), Layer(writes=_LINUX)),
    "appleraid": Layer(writes=_MAC),
    **dict.fromkeys(("storage-space", "dynamic"), Layer(writes=_WINDOWS)),
    **dict.fromkeys(("hardware", "beyondraid"), Layer(writes=_ANY)),
}
ENCRYPTIONS = {
    "bitlocker": Layer(writes=_WINDOWS),
    "filevault": Layer(writes=_MAC),
    "luks": Layer(writes=_LINUX),
}
_CALLED = {
    "exfat": "exFAT", "fat32": "FAT32", "ntfs": "NTFS", "refs": "ReFS", "apfs": "APFS", "hfs+": "HFS+", "zfs": "ZFS",
    "md": "md arrays", "appleraid": "AppleRAID", "storage-space": "Storage Spaces", "dynamic": "dynamic disks",
    "bitlocker": "BitLocker", "filevault": "FileVault", "luks": "LUKS",
}  # fmt: skip
#: What Time Machine keeps a backup on, where the volume is the Mac's own.
TIME_MACHINE = ("apfs", "hfs+")
#: Windows takes these for a disk without any format, and offers to make one.
_TAKEN_FOR_EMPTY = frozenset({"apfs", "hfs+", "appleraid", "filevault"})


def layers(machine: Machine, volume: Volume) -> dict[str, Layer]:
    """Everything between the disks of a volume and its files, by what the spec calls it."""
    array = machine.arrays.get(volume.on)
    return {
        **({array.kind: ARRAYS[array.kind]} if array else {}),
        **({volume.encryption: ENCRYPTIONS[volume.encryption]} if volume.encryption else {}),
        volume.filesystem: FILESYSTEMS[volume.filesystem],
    }


def unreadable(machine: Machine, volume: Volume, os: str) -> str:
    """What keeps a system of this kind from reading a volume, as a key of these tables; "" where it can."""
    return next((name for name, one in layers(machine, volume).items() if os not in one.writes | one.reads), "")


def unwritable(machine: Machine, volume: Volume, os: str) -> str:
    """What keeps it from writing there; "" where it can."""
    return next((name for name, one in layers(machine, volume).items() if os not in one.writes), "")


def called(name: str) -> str:
    """What people call a file system, a kind of array or an encryption."""
    return _CALLED.get(name, name)


def danger(name: str, os: str) -> str:
    """What a system does with a disk that it cannot read, where that is a trap; else ""."""
    trap = os == "windows" and name in _TAKEN_FOR_EMPTY
    return ", and offers to format the disk: who agrees loses all that is on it" if trap else ""


def shared(machine: Machine, volume: Volume) -> bool:
    """True where systems of two kinds mount it, or two that run at once."""
    kinds = {machine.systems[name].os for name in volume.paths if name in machine.systems}
    return len(kinds) > 1 or (len(volume.paths) > 1 and not machine.exclusive)
