"""The smallest change of the spec that would mend a finding, with the place to make it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from studio_backup.policy.holdings import Holding
from studio_backup.policy.reach import reach
from studio_backup.policy.rules import Policy
from studio_backup.source import Place
from studio_backup.spec.model import Dataset, Machine, Studio, Volume
from studio_backup.spec.retention import Retention
from studio_backup.spec.schedule import DAY, MANUAL_LIMIT


@dataclass(frozen=True)
class Mend:
    """What to change, and where."""

    fix: str
    place: Place


def another_place(studio: Studio, dataset: Dataset, counted: Sequence[Holding]) -> Mend:
    """A copy on disks that hold none yet; at another site first, then on another machine."""
    sites, machines = {one.site for one in counted}, {one.machine for one in counted}
    free = _free(studio, counted, lambda _, __: True)
    candidates = sorted(free, key=lambda place: (place[0].site in sites, place[0].name in machines))
    return _copy_to(dataset, candidates, "declare one more disk with a volume, best at another site, and copy to it")


def another_site(studio: Studio, dataset: Dataset, counted: Sequence[Holding]) -> Mend:
    """A copy where the original does not stand."""
    home = counted[0].site
    candidates = _free(studio, counted, lambda machine, _: machine.site != home)
    return _copy_to(
        dataset, candidates, f"declare a machine at another site than {home}, with a volume, and copy to it"
    )


def another_medium(studio: Studio, dataset: Dataset, counted: Sequence[Holding]) -> Mend:
    """A copy on a kind of medium that holds none yet."""
    known = set().union(*(one.media for one in counted))

    def other(machine: Machine, volume: Volume) -> bool:
        return all(machine.disks[disk].medium not in known for disk in machine.disks_under(volume.on))

    return _copy_to(
        dataset,
        _free(studio, counted, other),
        f"put one copy on another medium than {', '.join(sorted(known))}: declare such a disk with a volume",
    )


def farther_back(dataset: Dataset, holdings: Sequence[Holding], policy: Policy) -> Mend:
    """Retention that reaches back far enough, on the copy that does so most cheaply."""
    days = policy.noticed_after // DAY
    versioned = [one for one in holdings if one.versioned and one.copy]
    if not versioned:
        mirror = next((one.copy for one in holdings if one.copy), None)
        if mirror:
            return Mend(
                f"make {mirror.name} versioned: drop mode: mirror, and add keep: {{daily: {days + 2}}}", mirror.place
            )
        return Mend(f"add a copy with keep: {{daily: {days + 2}}}", dataset.place)
    best = max(versioned, key=lambda one: one.reach)
    assert best.copy is not None
    period = best.copy.every.period or MANUAL_LIMIT
    count = next(count for count in range(2, 2000) if reach(Retention(daily=count), period) >= policy.noticed_after)
    return Mend(f"let {best.name} keep daily: {count} or more", best.copy.place)


def _free(
    studio: Studio, counted: Sequence[Holding], fits: Callable[[Machine, Volume], bool]
) -> list[tuple[Machine, Volume]]:
    """Every volume that a job can write to, whose disks hold none of these."""
    taken = set().union(*(one.disks for one in counted))
    found = []
    for machine in studio.machines.values():
        writers = [one.name for one in machine.systems.values() if one.os == "linux" and one.services == "systemd"]
        for volume in machine.volumes.values():
            disks = {f"{machine.name}/{disk}" for disk in machine.disks_under(volume.on)}
            writable = any(name in volume.paths for name in writers)
            if writable and not disks & taken and machine.role != "workstation" and fits(machine, volume):
                found.append((machine, volume))
    return found


def _copy_to(dataset: Dataset, candidates: Sequence[tuple[Machine, Volume]], otherwise: str) -> Mend:
    if not candidates:
        return Mend(otherwise, dataset.place)
    machine, volume = candidates[0]
    target = f"{machine.name}:{volume.name}/{dataset.machine}"
    return Mend(f"add a copy of {dataset.full_name} to {target}", dataset.place)
