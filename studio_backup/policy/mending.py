"""The smallest change of the spec that would mend a finding, with the place to make it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from studio_backup.policy.holding import Holding
from studio_backup.policy.reach import reach
from studio_backup.policy.rules import noticed_after
from studio_backup.source import Place
from studio_backup.spec.model import Dataset, Machine, Studio, Volume
from studio_backup.spec.retention import Retention
from studio_backup.spec.rules import Policy
from studio_backup.spec.schedule import DAY, MANUAL_LIMIT
from studio_backup.spec.tools import TOOLS


@dataclass(frozen=True)
class Mend:
    """What to change, and where."""

    fix: str
    place: Place


def another_place(studio: Studio, dataset: Dataset, counted: Sequence[Holding]) -> Mend:
    """A copy on disks that hold none yet; at another site first, then on another machine."""
    sites, machines = {one.site for one in counted}, {one.machine for one in counted}
    free = _free(studio, counted, lambda _, __: True)
    candidates = sorted(free, key=lambda place: (_site(studio, *place) in sites, place[0].name in machines))
    return _copy_to(studio, dataset, candidates, "buy a drive, best kept at another site")


def another_site(studio: Studio, dataset: Dataset, counted: Sequence[Holding]) -> Mend:
    """A copy where the original does not stand; else a drive that has one already is kept elsewhere."""
    home = counted[0].site
    candidates = _free(studio, counted, lambda machine, volume: _site(studio, machine, volume) != home)
    drives = [studio.drives[one.drive] for one in counted if one.drive and one.offline]
    if not candidates and drives:
        other = next((name for name in studio.sites if name != home), "another site")
        return Mend(f"take the drive {drives[0].name} away: home: {other}", drives[0].place)
    return _copy_to(studio, dataset, candidates, f"buy a drive and keep it at another site than {home}")


def nearer(studio: Studio, dataset: Dataset, counted: Sequence[Holding]) -> Mend:
    """A copy where the original stands."""
    home = counted[0].site
    candidates = _free(studio, counted, lambda machine, volume: _site(studio, machine, volume) == home)
    return _copy_to(studio, dataset, candidates, f"buy a drive and keep it at {home}")


def another_medium(studio: Studio, dataset: Dataset, counted: Sequence[Holding]) -> Mend:
    """A copy on a kind of medium that holds none yet."""
    known = set().union(*(one.media for one in counted))

    def other(machine: Machine, volume: Volume) -> bool:
        return all(machine.disks[disk].medium not in known for disk in machine.disks_under(volume.on))

    words = f"buy a drive of another medium than {', '.join(sorted(known))}"
    return _copy_to(studio, dataset, _free(studio, counted, other), words)


def out_of_reach(studio: Studio, dataset: Dataset, counted: Sequence[Holding]) -> Mend:
    """A drive that is put away, or an account with a lock."""
    drive = next((studio.drives[one.drive] for one in counted if one.drive and not one.is_original), None)
    if drive is not None:
        return Mend(f"put the drive {drive.name} away after use: home: in place of plugged_into:", drive.place)
    lockable = [one for one in counted if one.account and one.external and TOOLS[one.external.tool].locks]
    if lockable:
        account = studio.accounts[lockable[0].account]
        days = max(30, -(-(noticed_after(studio, dataset) + lockable[0].age) // DAY))
        return Mend(
            f"let the account {account.name} lock what is written, and say so: lock: {days} days", account.place
        )

    def travels(_: Machine, volume: Volume) -> bool:
        return volume.on in studio.drives and studio.drives[volume.on].plugged_into is None

    return _copy_to(studio, dataset, _free(studio, counted, travels), "buy a drive that is put away after use")


def farther_back(dataset: Dataset, holdings: Sequence[Holding], policy: Policy) -> Mend:
    """Retention that reaches back far enough, on the copy that does so most cheaply."""
    days = policy.noticed_after // DAY
    versioned = [one for one in holdings if one.versioned and one.copy]
    if not versioned:
        mirror = next((one.copy for one in holdings if one.copy), None)
        if mirror:
            return Mend(
                f"make {mirror.name} versioned: drop mode: {mirror.mode}, and add keep: {{daily: {days + 2}}}",
                mirror.place,
            )
        made = next((one.external for one in holdings if one.external and one.external.tool != "time-machine"), None)
        if made:
            return Mend(f"let {made.name} keep what it replaces, and say so: versions: {days} days", made.place)
        return Mend(f"add a copy with keep: {{daily: {days + 2}}}", dataset.place)
    best = max(versioned, key=lambda one: one.reach)
    assert best.copy is not None
    period = best.copy.every.period or MANUAL_LIMIT
    count = next(count for count in range(2, 4000) if reach(Retention(daily=count), period) >= policy.noticed_after)
    return Mend(f"let {best.name} keep daily: {count} or more", best.copy.place)


def _site(studio: Studio, machine: Machine, volume: Volume) -> str:
    """Where what is written there is kept."""
    return studio.drives[volume.on].home.site if volume.on in studio.drives else machine.site


def _free(
    studio: Studio, counted: Sequence[Holding], fits: Callable[[Machine, Volume], bool]
) -> list[tuple[Machine, Volume]]:
    """Every volume that a job can write to, whose disks hold none of these."""
    taken = set().union(*(one.disks for one in counted))
    found = []
    for machine in studio.machines.values():
        if machine.role == "workstation":
            continue
        writers = [one.name for one in machine.systems.values() if one.os == "linux" and one.services == "systemd"]
        for volume in machine.volumes.values():
            on = machine.disks_under(volume.on)
            disks = {disk if machine.disks[disk].travels else f"{machine.name}/{disk}" for disk in on}
            writable = any(name in volume.paths for name in writers)
            if writable and not disks & taken and fits(machine, volume):
                found.append((machine, volume))
    return found


def _copy_to(studio: Studio, dataset: Dataset, candidates: Sequence[tuple[Machine, Volume]], buy: str) -> Mend:
    """A copy to the best of what there is; where nothing is, what to buy."""
    if candidates:
        machine, volume = candidates[0]
        target = f"{machine.name}:{volume.name}/{dataset.machine}"
        return Mend(f"add a copy of {dataset.full_name} to {target}", dataset.place)
    known = f" ({', '.join(studio.sites)})" if len(studio.sites) > 1 else ""
    words = f"{buy}{known if 'site' in buy else ''}; name it under drives:, and copy {dataset.full_name} to it"
    return Mend(words, dataset.place)
