"""What is to be said of one array of Storage Spaces: which pool it is, which disks are in it, and how it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from studio_backup.resource import Unparsable
from studio_backup.resources import space_state as words
from studio_backup.resources.space_listing import Listing, Physical, Pool, Space

_GPT = 2


def pool_name(array: str) -> str:
    """What a pool and its virtual disk are called that we make; nobody else's is called so."""
    return f"{array} (studio-backup)"


@dataclass(frozen=True)
class Sight:
    """A pool with its virtual disk, if there is one yet. `devices`: member -> designator."""

    listing: Listing
    pool: Pool
    space: Space | None
    devices: Mapping[str, str]
    ours: bool  # it has the name that we give

    @cached_property
    def inside(self) -> dict[str, Physical]:
        """Members that are in the pool, the gone ones, too.

        A disk that is gone may have lost its serial with it: as many of those as members lack stand for them.
        """
        found = {}
        for member, designator in self.devices.items():
            mine = [disk for disk in self.pool.disks if answers_to(disk, designator)]
            if len(mine) > 1:
                raise Unparsable(f"{len(mine)} disks of the pool answer to {designator}")
            if mine:
                found[member] = mine[0]
        lost = [disk for disk in self.pool.disks if words.LOST in disk.status and disk not in found.values()]
        gone = [
            member for member, designator in self.devices.items()
            if member not in found and not any(answers_to(disk, designator) for disk in self.listing.disks)
        ]  # fmt: skip
        nameless = [disk for disk in lost if not disk.serial]
        if len(nameless) == len(gone):
            found.update(zip(gone, nameless, strict=True))
        return found

    @property
    def nowhere(self) -> list[str]:
        """Members that are not in it, nor anywhere on this machine."""
        return [
            member for member, designator in self.devices.items()
            if member not in self.inside and not any(answers_to(disk, designator) for disk in self.listing.disks)
        ]  # fmt: skip

    @property
    def others(self) -> list[Physical]:
        """Disks of the pool that are no members."""
        return [disk for disk in self.pool.disks if disk not in self.inside.values()]

    def members(self, wanted: tuple[str, ...]) -> tuple[str, ...]:
        """In the order of the spec, then what others are called; a retired one that is no member leaves."""
        strangers = sorted(disk.known_by for disk in self.others if disk.usage != words.RETIRED)
        return (*(member for member in wanted if member in self.inside), *strangers)

    @property
    def level(self) -> str | None:
        """In the inventory's words where it has one; None before there is a virtual disk."""
        if self.space is None:
            return None
        match self.space.setting, self.space.copies, self.space.spare:
            case "Simple", _, _:
                return "simple"
            case "Mirror", 2, _:
                return "mirror"
            case "Mirror", 3, _:
                return "three-way-mirror"
            case "Parity", _, 1:
                return "parity"
            case setting, copies, spare:
                return f"{setting} of {copies} copies that spares {spare} disks"

    @property
    def state(self) -> str:
        """How the virtual disk is."""
        if self.space is None:
            return words.NO_DISK
        return words.space_state(self.space.health, self.space.status, self.space.detached)

    @property
    def repair(self) -> str:
        """How far a repair is."""
        if self.space is None or words.IN_SERVICE not in self.space.status:
            return "none"
        return f"under way, at {min(self.listing.percent)} %" if self.listing.percent else "under way"

    @property
    def pool_state(self) -> str:
        """How the pool is."""
        return words.pool_state(self.pool.health, self.pool.status)

    @property
    def read_only(self) -> str:
        """Whether the pool can be changed."""
        return words.read_only(self.pool.read_only, self.pool.read_only_code)

    @property
    def faults(self) -> str:
        """What is wrong with its disks."""
        told = {member: words.disk_fault(disk.health, disk.status, disk.usage) for member, disk in self.inside.items()}
        strangers = [disk for disk in self.others if disk.usage != words.RETIRED]
        told |= {disk.known_by: words.disk_fault(disk.health, disk.status, disk.usage) for disk in strangers}
        return "; ".join(f"{name} {fault}" for name, fault in sorted(told.items()) if fault) or "none"

    @property
    def retired(self) -> list[Physical]:
        """Disks of no member that are retired and still in the pool."""
        return [disk for disk in self.others if disk.usage == words.RETIRED]

    @property
    def emptying(self) -> str:
        """Retired disks that still hold something."""
        names = [disk.known_by for disk in self.retired if not self._empty(disk)]
        return ", ".join(sorted(names)) or "none"

    @property
    def leftover(self) -> str:
        """Retired disks that hold nothing any more: they can go."""
        return ", ".join(sorted(disk.known_by for disk in self.retired if self._empty(disk))) or "none"

    def _empty(self, disk: Physical) -> bool:
        return disk.footprint == 0 and self.state == "healthy" and self.repair == "none"

    def unfinished(self, filesystem: bool) -> str:
        """What one of our own lacks that was not made whole; "" where nothing lacks, or nothing can be told."""
        if not self.ours:
            return ""
        if self.space is None:
            return "its virtual disk"
        if not self.space.disk or not filesystem:
            return ""
        if self.space.style != _GPT:
            return "its partition table" if self.space.style == 0 else ""
        if not self.space.filesystems:
            return "its file system" if self.space.partitions > 1 else "its partition"
        return "" if self.space.placed else "its place"


def answers_to(disk: Physical, designator: str) -> bool:
    """Whether a physical disk is the one that is meant: `serial:TEXT` or `id:UNIQUEID`."""
    word, _, wanted = designator.partition(":")
    known = disk.serial if word == "serial" else disk.unique
    return known != "" and known.casefold() == wanted.casefold()


def sighted(listing: Listing, devices: Mapping[str, str], array: str) -> Sight | None:
    """The pool that holds the members, else the one that has our name for it; None when there is neither."""
    for member, designator in devices.items():
        count = sum(answers_to(disk, designator) for disk in listing.disks)
        if count > 1:
            raise Unparsable(f"{count} disks answer to {designator}, the designator of {member}")
    name = pool_name(array)
    holding = [
        pool for pool in listing.pools
        if any(answers_to(disk, designator) for disk in pool.disks for designator in devices.values())
    ]  # fmt: skip
    if len(holding) > 1:
        raise Unparsable(f"its members are in {len(holding)} pools: {' and '.join(pool.name for pool in holding)}")
    found = holding or [pool for pool in listing.pools if pool.name == name]
    if len(found) > 1:
        raise Unparsable(f"{len(found)} pools are called {name}")
    if not found:
        return None
    return Sight(listing, found[0], _space(found[0], array), devices, found[0].name == name)


def _space(pool: Pool, array: str) -> Space | None:
    if len(pool.spaces) < 2:
        return pool.spaces[0] if pool.spaces else None
    mine = [space for space in pool.spaces if space.name in (pool_name(array), array)]
    if len(mine) == 1:
        return mine[0]
    fix = f"there, call the one that is meant {array}: Set-VirtualDisk -UniqueId ID -NewFriendlyName {array}"
    raise Unparsable(f"the pool {pool.name} has {len(pool.spaces)} virtual disks, and none is called {array}", fix)
