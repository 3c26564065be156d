"""Which of a machine's arrays is the one that is meant: by its UUID, else by what its members are in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from studio_backup.resource import Unparsable
from studio_backup.resources.device import check_told
from studio_backup.resources.md_listing import Disk, Listing, Running, uuid_of
from studio_backup.resources.md_seen import Sight


def by_name(listing: Listing, name: str) -> Sight | None:
    """The array that carries the name which ours are given: all that is known of one that the spec no longer has."""
    for array in listing.arrays.values():
        if array.exported.get("MD_NAME", "").rpartition(":")[2] == name:
            return Sight(listing, array, uuid_of(array.exported.get("MD_UUID", "")), {})
    return None


def sighted(listing: Listing, designators: Mapping[str, str], uuid: str) -> Sight | None:
    """The array with that UUID, else the one that the members are in; None when there is none.

    Raises Unparsable when something was not read that could be it.
    """
    devices = {member: listing.disks.get(designator, Disk("?")) for member, designator in designators.items()}
    check_told(designators, {member: disk.device for member, disk in devices.items()})
    ours = {uuid_of(array.exported.get("MD_UUID", "")): array for array in listing.arrays.values()}
    if uuid and uuid in ours:
        return Sight(listing, ours[uuid], uuid, devices)
    _all_read(listing, devices)
    if array := _holding(listing, devices):
        return Sight(listing, array, uuid_of(array.exported.get("MD_UUID", "")), devices)
    carried = Counter(uuid_of(disk.exported.get("MD_UUID", "")) for disk in devices.values())
    del carried[""]
    if uuid in carried:
        return Sight(listing, None, uuid, devices)
    return Sight(listing, None, carried.most_common(1)[0][0], devices) if carried else None


def _all_read(listing: Listing, devices: Mapping[str, Disk]) -> None:
    subjects: list[Running | Disk] = [*listing.arrays.values(), *devices.values()]
    said = next((subject.unread[0] for subject in subjects if subject.unread), None)
    if said is not None:
        raise Unparsable(said)
    if any(disk.exported and not uuid_of(disk.exported.get("MD_UUID", "")) for disk in devices.values()):
        raise Unparsable("half an answer of mdadm: a superblock without its UUID")


def _holding(listing: Listing, devices: Mapping[str, Disk]) -> Running | None:
    """The array that holds most of these disks; raises Unparsable where two hold as many."""
    names = {disk.device for disk in devices.values() if disk.device}
    held = Counter({name: sum(leg.disk in names for leg in array.legs) for name, array in listing.arrays.items()})
    first, second = [*held.most_common(2), ("", 0), ("", 0)][:2]
    if first[1] and first[1] == second[1]:
        raise Unparsable(f"its members are in two arrays, {first[0]} and {second[0]}")
    if not first[1]:
        return None
    if not uuid_of(listing.arrays[first[0]].exported.get("MD_UUID", "")):
        raise Unparsable(f"half an answer of mdadm: {first[0]} without its UUID")
    return listing.arrays[first[0]]
