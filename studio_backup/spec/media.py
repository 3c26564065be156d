"""Formats of tapes and discs: what they really hold, and which of them hardly anything reads any more."""

from __future__ import annotations

from collections.abc import Iterable

GB = 10**9
#: Usable bytes of one piece, uncompressed, where it is known; labels say more (a DVD-R of "4.7 GB" holds about 4.3).
USABLE: dict[str, int] = {
    "cd-r": 700 * 10**6,
    "dvd-r": 4_300_000_000,
    "dvd-r-dl": 8 * GB,
    "hd-dvd": 15 * GB,
    "bd-r": 25 * GB,
    "lto-9": 18000 * GB,
}
#: No drives for these are made any more.
OBSOLETE = frozenset(["dds-4", "dat", "exabyte", "vxa", "ait", "ait-3", "dlt", "sdlt", "hd-dvd"])
#: Sockets that new machines do not have.
LEGACY = frozenset(["firewire", "scsi", "ide"])


#: File systems whose files scatter, so that putting them together again helps whoever has to recover them.
_SCATTERING = frozenset(["ntfs", "hfs+", "fat32", "exfat"])


def why_not_defragmented(medium: str, filesystems: Iterable[str]) -> str:
    """Why defragmenting is nothing to do there, "" where it is; a drive without a volume in the spec is believed."""
    if medium != "hdd":
        return f"on {medium} it only wears what is written"
    known = set(filesystems)
    return f"{', '.join(sorted(known))} needs none" if known and not known & _SCATTERING else ""


def pieces(size: int, capacity: int) -> int:
    """How many discs or tapes of a capacity a size takes."""
    return -(-size // capacity)
