"""What a volume stands on: its disks, how many of them may die, what they share, which systems are on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from studio_backup.spec.model import Machine

#: Disks that a level survives; `n` stands for all members but one. A level that is not here survives none.
_SPARE: dict[str, dict[str, int | str]] = {
    "md": {"raid1": "n", "raid4": 1, "raid5": 1, "raid6": 2, "raid10": 1},
    "btrfs": {"raid1": 1, "raid1c3": 2, "raid1c4": 3, "raid10": 1, "raid5": 1, "raid6": 2},
    "zfs": {"mirror": "n", "raidz1": 1, "raidz2": 2, "raidz3": 3},
    "appleraid": {"mirror": "n"},
    "storage-space": {"mirror": 1, "three-way-mirror": 2, "parity": 1},
    "dynamic": {"mirror": 1, "raid5": 1},
    "hardware": {"raid1": "n", "raid5": 1, "raid6": 2, "raid10": 1},
    "beyondraid": {"single": 1, "dual": 2},
}


def disk_of(machine: Machine, name: str) -> str:
    """MACHINE/NAME; a drive that travels has its name alone, wherever it is plugged in."""
    return name if machine.disks[name].travels else f"{machine.name}/{name}"


def installed_on(machine: Machine, disks: Iterable[str]) -> Iterator[str]:
    """The operating systems that lie on one of these disks."""
    under = set(disks)
    for system in machine.systems.values():
        if system.on is None:
            continue
        on = machine.volumes[system.on].on if system.on in machine.volumes else system.on
        if under & set(machine.disks_under(on)):
            yield system.full_name


def shared_by(machine: Machine, disks: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """An enclosure and a controller belong to their machine; a power strip may feed several of one site."""
    for name in disks:
        disk = machine.disks[name]
        groups = (("enclosure", machine.name, disk.enclosure), ("controller", machine.name, disk.controller),
                  ("power", machine.site, disk.power))  # fmt: skip
        for kind, owner, group in groups:
            if group:
                yield kind, f"{owner}/{group}", disk_of(machine, name)


def spare_of(machine: Machine, on: str) -> int:
    """How many of the disks below a volume may die."""
    if on not in machine.arrays:
        return 0
    array = machine.arrays[on]
    spare = _SPARE.get(array.kind, {}).get(array.level, 0)
    return len(array.members) - 1 if isinstance(spare, str) else spare
