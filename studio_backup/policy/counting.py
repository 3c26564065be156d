"""Which places count as a copy, which do not and why, and of which nobody can tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from studio_backup.policy.holding import Holding
from studio_backup.policy.holdings import holdings_of
from studio_backup.policy.reach import single
from studio_backup.policy.turns import fits, turn_of
from studio_backup.spec.duration import format_duration
from studio_backup.spec.media import OBSOLETE
from studio_backup.spec.model import Dataset, Studio
from studio_backup.spec.outside import External
from studio_backup.spec.rules import Policy
from studio_backup.spec.schedule import Schedule
from studio_backup.spec.tools import TOOLS


@dataclass(frozen=True)
class Counted:
    """`there`: what holds the data at all; `counted`: copies of their own; `refused`: the others, with why."""

    there: tuple[Holding, ...]
    counted: tuple[Holding, ...]
    refused: tuple[tuple[Holding, str], ...]


def count(holdings: Sequence[Holding], absent: Mapping[str, str], discounted: Mapping[str, str]) -> Counted:
    """Places that share a disk or an account are one: the first of them counts. RAID makes no place a second one.

    `absent` hold nothing, or nothing fresh; `discounted` hold the data and yet are no copy; both name -> why.
    """
    counted: list[Holding] = []
    refused: list[tuple[Holding, str]] = []
    for holding in holdings:
        why = absent.get(holding.name, discounted.get(holding.name))
        twin = next((other for other in counted if other.shares(holding)), None)
        if why is None and twin is not None:
            why = f"in the same account as {twin.name}" if holding.account else f"on the same disk as {twin.name}"
        if why is None:
            counted.append(holding)
        else:
            refused.append((holding, why))
    there = tuple(holding for holding in holdings if holding.name not in absent)
    return Counted(there, tuple(counted), tuple(refused))


def places_of(studio: Studio, dataset: Dataset, noticed: float | None = None) -> list[Holding]:
    """Every place that holds the data if every job runs, the original first, whether it counts or not.

    `noticed`: seconds until anybody notices; as the policy says where it is None.
    """
    blind = unseeing(studio, dataset)
    return [holding for holding in holdings_of(studio, dataset, noticed) if holding.name not in blind]


def unseeing(studio: Studio, dataset: Dataset) -> dict[str, str]:
    """Copies by products that do not see the dataset at all, and copies that need not ever be made: name -> why."""
    found = {name: why for name, external in dataset.external.items() if (why := _blind(studio, dataset, external))}
    made = [(one.name, one.drive or "", one.every) for one in dataset.external.values()]
    for copy in dataset.copies.values():
        made.append((copy.name, studio.machines[copy.machine].volumes[copy.volume].on, copy.every))
    return {**{name: why for name, on, every in made if (why := _missed(studio, on, every))}, **found}


def _missed(studio: Studio, on: str, every: Schedule) -> str:
    """A drive that is here for less than from one run to the next may be away for every one of them."""
    turn = turn_of(studio, on) if on in studio.drives else None
    if turn is None or fits(turn, single(every)):
        return ""
    rhythm = format_duration(single(every).longest)
    return f"{on} is here for {format_duration(turn.lasts)} at a time, and a run comes once in {rhythm}"


def _blind(studio: Studio, dataset: Dataset, external: External) -> str:
    tool, machine = TOOLS[external.tool], studio.machines[dataset.machine]
    volume = machine.volumes[dataset.volume]
    if external.sees is not None and dataset.volume not in external.sees:
        return f"{tool.title} leaves out the volume {dataset.volume}"
    if external.tool == "time-machine" and (told := studio.left_out(dataset)):
        return f"{tool.title} is told to leave out {told}"
    if external.tool == "time-machine" and external.sees is None and volume.on in studio.drives:
        return f"{tool.title} leaves out drives that travel, unless sees: names {dataset.volume}"
    if tool.local_only and machine.role != "workstation":
        return f"{tool.title} sees no network storage"
    if tool.os and not any(system.os in tool.os for name, system in machine.systems.items() if name in volume.paths):
        return f"no system with {dataset.volume} runs {tool.title} ({', '.join(tool.os)})"
    if tool.user_files and dataset.role == "system":
        return f"{tool.title} leaves out the system and programs"
    synced = next((one for one in dataset.external.values() if one.tool in tool.skips), None)
    if synced is not None:
        return f"{tool.title} leaves out the folder of {TOOLS[synced.tool].title}"
    return ""


def no_copies(
    studio: Studio, dataset: Dataset, holdings: Sequence[Holding], policy: Policy, today: str
) -> dict[str, str]:
    """Places that hold the data and yet are no copy for this policy: name -> why. `today` is an ISO date, or ""."""
    reasons = (_discounts(dataset, holding, policy, studio, today, holdings) for holding in holdings)
    return {name: why for each in reasons for name, why in each}


def _discounts(
    dataset: Dataset, holding: Holding, policy: Policy, studio: Studio, today: str, holdings: Sequence[Holding]
) -> Iterator[tuple[str, str]]:
    if holding.is_original:
        return
    if holding.sync and holding.reach < policy.noticed_after:
        kept = f"keeps {format_duration(int(holding.reach))}" if holding.reach else "keeps no versions"
        yield holding.name, f"a sync: {kept}, a deletion may be noticed after {format_duration(policy.noticed_after)}"
    elif policy.rpo is not None and holding.age > policy.rpo:
        old = format_duration(holding.age)
        yield holding.name, f"may be {old} old, the policy takes {format_duration(policy.rpo)}"
    elif why := _closed(studio, holding, today):
        yield holding.name, why
    elif dataset.kind == "archive" and _boxed(studio, holding) and not _plain(studio, holdings, holding):
        yield holding.name, "only a box of its own kind can read it, and no other copy is readable without"


def _closed(studio: Studio, holding: Holding, today: str) -> str:
    """Why a place is none today: a location has a first and a last day."""
    site = studio.sites.get(holding.site)
    if site is None or not today:
        return ""
    if site.until is not None and site.until < today:
        return f"{site.name} ended on {site.until}"
    return f"{site.name} begins on {site.since}" if site.since is not None and site.since > today else ""


def _boxed(studio: Studio, holding: Holding) -> bool:
    machine, _, array = holding.array.partition("/")
    return bool(array) and studio.machines[machine].arrays[array].kind == "beyondraid"


def _plain(studio: Studio, holdings: Sequence[Holding], holding: Holding) -> bool:
    """True when another copy than the original is readable without that box."""
    return any(
        not one.is_original and one is not holding and not one.shares(holding) and not _boxed(studio, one)
        for one in holdings
    )


def doubts(studio: Studio, dataset: Dataset, holdings: Sequence[Holding]) -> dict[str, str]:
    """Places of which nobody can tell whether they can be read, or hold it at all: name -> why."""
    found = {one.name: why for one in holdings if one.drive and (why := _unreadable(studio, one.drive))}
    drive = studio.drives.get(studio.machines[dataset.machine].volumes[dataset.volume].on)
    if drive is not None and drive.plugged_into is None:
        for name, external in dataset.external.items():
            tool = TOOLS[external.tool]
            if tool.local_only and external.versions:
                away = format_duration(external.versions)
                found.setdefault(name, f"{tool.title} drops a drive that is away for {away} ({drive.full_name})")
    return found


def _unreadable(studio: Studio, name: str) -> str:
    drive = studio.drives[name]
    if drive.read_with:
        return ""
    if drive.medium == "tape":
        return "a tape: nothing says which drive reads it (read_with:)"
    return f"{drive.format}: nothing says what reads it (read_with:)" if drive.format in OBSOLETE else ""
