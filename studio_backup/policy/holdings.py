"""Where a dataset really is: the original and every copy, each with all that it lives and dies with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from studio_backup.policy.reach import Depth, depths, spacing
from studio_backup.spec.model import Copy, Dataset, Machine, Studio
from studio_backup.spec.schedule import MANUAL_LIMIT

ORIGINAL = "original"
#: Disks that a level survives; `n` stands for all members but one. A level that is not here survives none.
_SPARE: dict[str, dict[str, int | str]] = {
    "md": {"raid1": "n", "raid4": 1, "raid5": 1, "raid6": 2, "raid10": 1},
    "btrfs": {"raid1": 1, "raid1c3": 2, "raid1c4": 3, "raid10": 1, "raid5": 1, "raid6": 2},
    "zfs": {"mirror": "n", "raidz1": 1, "raidz2": 2, "raidz3": 3},
    "appleraid": {"mirror": "n"},
    "storage-space": {"mirror": 1, "parity": 1},
}


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One place that holds the dataset. Names of disks and arrays are MACHINE/NAME, of rooms SITE/NAME."""

    name: str  # ORIGINAL, or the copy's
    machine: str
    volume: str
    site: str
    room: str  # "" where the machine stands in no room
    disks: frozenset[str]
    shared: frozenset[tuple[str, str, str]]  # (enclosure | controller | power, its name, disk): what disks hang on
    array: str  # "" on a single disk
    readers: frozenset[str]  # systems that mount its volume
    spare: int  # disks that may die before it is gone
    media: frozenset[str]
    versioned: bool
    age: int  # seconds that its newest state may be behind the original, if every job runs
    depths: tuple[Depth, ...]  # how far back it surely holds a state, and how coarsely; () for what keeps no versions
    copy: Copy | None = None
    secured: bool = False  # locked away: a theft does not take it

    @property
    def is_original(self) -> bool:
        """True for the place where the work is done."""
        return self.copy is None

    @property
    def reach(self) -> float:
        """Seconds back for which it surely holds a state; infinite when nothing ever goes."""
        return max((depth.back for depth in self.depths), default=0.0)


def holdings_of(studio: Studio, dataset: Dataset) -> list[Holding]:
    """The original first, then every copy in the order of the spec."""
    original = _placed(studio, ORIGINAL, dataset.machine, dataset.volume, None, 0, ())
    return [original, *(_copied(studio, dataset, copy) for copy in dataset.copies.values())]


def _copied(studio: Studio, dataset: Dataset, copy: Copy) -> Holding:
    chain = _chain(dataset, copy)
    periods = [one.every.period or MANUAL_LIMIT for one in chain]
    found = depths(copy.keep, spacing([one.every for one in chain])) if copy.mode == "versioned" else ()
    return _placed(studio, copy.name, copy.machine, copy.volume, copy, sum(periods), found)


def _chain(dataset: Dataset, copy: Copy) -> list[Copy]:
    """The copy and those that it is fed from, back to the one that reads the original."""
    found = [copy]
    while found[-1].source_copy is not None:
        found.append(dataset.copies[found[-1].source_copy])
    return found


def _placed(
    studio: Studio,
    name: str,
    machine_name: str,
    volume_name: str,
    copy: Copy | None,
    age: int,
    found: tuple[Depth, ...],
) -> Holding:
    machine = studio.machines[machine_name]
    on = machine.volumes[volume_name].on
    disks = machine.disks_under(on)
    return Holding(
        name=name,
        machine=machine_name,
        volume=volume_name,
        site=machine.site,
        room=f"{machine.site}/{machine.room}" if machine.room else "",
        disks=frozenset(f"{machine_name}/{disk}" for disk in disks),
        shared=frozenset(_shared(machine, disks)),
        array=f"{machine_name}/{on}" if on in machine.arrays else "",
        readers=frozenset(f"{machine_name}/{system}" for system in machine.volumes[volume_name].paths),
        spare=_spare(machine, on),
        media=frozenset(machine.disks[disk].medium for disk in disks),
        versioned=copy is not None and copy.mode == "versioned",
        age=age,
        depths=found,
        copy=copy,
    )


def _shared(machine: Machine, disks: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """An enclosure and a controller belong to their machine; a power strip may feed several of one site."""
    for name in disks:
        disk = machine.disks[name]
        groups = (("enclosure", machine.name, disk.enclosure), ("controller", machine.name, disk.controller),
                  ("power", machine.site, disk.power))  # fmt: skip
        for kind, owner, group in groups:
            if group:
                yield kind, f"{owner}/{group}", f"{machine.name}/{name}"


def _spare(machine: Machine, on: str) -> int:
    """How many of the disks below a volume may die."""
    if on not in machine.arrays:
        return 0
    array = machine.arrays[on]
    spare = _SPARE.get(array.kind, {}).get(array.level, 0)
    return len(array.members) - 1 if isinstance(spare, str) else spare
