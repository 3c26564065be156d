"""Which disk of a Mac lies under what: APFS containers and RAID sets have disks of their own that are none."""

from __future__ import annotations

import re

from studio_backup.discover.found import PLAIN
from studio_backup.discover.mac_answers import Plist, entries_in

_SLICE = re.compile(r"(disk[0-9]+)(s[0-9]+)*")


class Disks:
    """What diskutil lists, with the sets that AppleRAID has."""

    def __init__(self, listed: Plist, raid: Plist) -> None:
        entries = entries_in(listed, "AllDisksAndPartitions")
        self.sets = {str(one.get("BSD Name", "")): one for one in entries_in(raid, "AppleRAIDSets")}
        self._stores = {
            str(one.get("DeviceIdentifier")): [str(store.get("DeviceIdentifier")) for store in stores]
            for one in entries
            if (stores := entries_in(one, "APFSPhysicalStores"))
        }
        self._slices = {
            str(part.get("DeviceIdentifier")): part for one in entries for part in entries_in(one, "Partitions")
        }
        self._joined = {
            str(leg.get("BSD Name")): str(leg.get("AppleRAIDMemberUUID", ""))
            for one in self.sets.values()
            for leg in entries_in(one, "Members")
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
            return tuple(name for name in self._slices if whole_disk(name) == device and self.identity(name))[-1:]
        return tuple(whole_disk(name) if whole_disk(name) in self.sets else name for name in stores)

    def identity(self, part: str) -> str:
        """The DiskUUID of a partition: what is on a disk, known wherever it is plugged in. A member of a set has
        that which AppleRAID gave it, and nothing says that the two are one."""
        uuid = self._joined[part] if part in self._joined else str(self._slices.get(part, {}).get("DiskUUID", ""))
        return uuid if PLAIN.fullmatch(uuid) else ""

    def members(self, device: str) -> list[str]:
        """The partitions that a RAID set is made of and that are there."""
        return [str(one["BSD Name"]) for one in entries_in(self.sets[device], "Members") if one.get("BSD Name")]

    def unmounted(self, known: set[str]) -> list[str]:
        """Physical disks of which nothing is described."""
        return [name for name in self.physical if name not in known]


def whole_disk(device: str) -> str:
    found = _SLICE.fullmatch(device)
    return found[1] if found else device
