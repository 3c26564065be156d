"""A studio played minute by minute, disk by disk: what a disaster leaves is found by looking, not by reasoning.

It knows nothing of holdings, reaches or ages: jobs run when their calendars say, points come and go by the jobs' own
retention, things break, and then somebody looks for a file.
"""

from __future__ import annotations

import dataclasses
import heapq
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from studio_backup.facts import Observation
from studio_backup.policy import Event
from studio_backup.spec.model import Copy, Machine, Studio, System, Volume
from studio_backup.spec.outside import Drive
from studio_backup.spec.retention import Retention, point_name
from studio_backup.spec.schedule import DAY, HOUR, MANUAL_LIMIT, MONTH
from tests.studios import copy, drive, machine, studio

START = datetime(2026, 1, 1, tzinfo=UTC)
EVERY = ("15 min", "hour", "6 hours", "4 hours", "day at 02:30", "week on sunday at 04:00", "month on 1 at 03:00",
         "manual")  # fmt: skip


def moments(one: Copy, chance: Random, shift: int, end: int) -> Iterator[int]:
    """When a copy is made, in seconds from START; `shift` is how its machine's clock and zone stand to UTC."""
    if not one.every.period:  # by hand: sometimes three times an evening, sometimes not for a month
        now = 0
        while (now := now + int(chance.choice([HOUR, DAY, MANUAL_LIMIT]) * chance.random()) + 1) < end:
            yield now
    elif one.every.period == MONTH:
        for month in range(1, 13 * 4):
            when = datetime(2025 + (month - 1) // 12, (month - 1) % 12 + 1, 1, 3, tzinfo=UTC)
            now = int((when - START).total_seconds()) + shift
            if 0 <= now < end:
                yield now
    else:
        yield from range(shift % one.every.period, end, one.every.period)


class World:
    """One dataset, ws/sessions, from START on. The file that is looked for is as old as the point that has it."""

    def __init__(self, of: Studio, chance: Random) -> None:
        self.studio, self.dataset = of, of.datasets["ws/sessions"]
        self.points: dict[str, list[int]] = {name: [] for name in self.dataset.copies}
        self.chance, self.now = chance, 0
        self.shifts = {name: chance.randrange(0, DAY, 60) for name in of.machines}

    @property
    def shortest(self) -> int:
        """Seconds between two runs of the busiest copy."""
        return min((one.every.period or DAY for one in self.dataset.copies.values()), default=DAY)

    def play(self, end: int) -> None:
        """Let every job run until `end`."""
        runs: list[tuple[int, int, str]] = []
        for order, (name, one) in enumerate(self.dataset.copies.items()):
            runs += [(now, order, name) for now in moments(one, self.chance, self.shifts[one.machine], end)]
        heapq.heapify(runs)
        while runs:
            self.now, _, name = heapq.heappop(runs)
            self._run(self.dataset.copies[name])
        self.now = end
        for one in self.dataset.copies.values():
            self._retain(one)

    def _run(self, one: Copy) -> None:
        held = self.points[one.name]
        if one.source_copy is None:
            date = self.now
        else:
            fed = self.points[one.source_copy]
            if not fed or fed[-1] in held[-1:]:
                return
            date = fed[-1]
        if one.mode == "mirror":
            held.clear()
        held.append(date)
        # Taking away what has to go once in a while leaves what taking it away each time leaves: tested below.
        if len(held) % 200 == 199:
            self._retain(one)

    def _retain(self, one: Copy) -> None:
        if one.mode == "versioned" and one.keep.limited:
            self.points[one.name] = retained(one.keep, self.points[one.name])

    def looked_at(self) -> dict[str, Observation]:
        """What somebody who looks now sees of each copy."""
        base, found = int(START.timestamp()), {}
        for name, one in self.dataset.copies.items():
            held = self.points[name]
            names = tuple(point_name(START + timedelta(seconds=at)) for at in held)
            state = base + held[-1] if held and one.mode == "mirror" else None
            found[name] = Observation(copy=one.full_name, at=base + self.now,
                                      points=names if one.mode == "versioned" else (), state=state)  # fmt: skip
        return found

    def found_after(self, event: Event, noticed_after: int) -> dict[str, int]:
        """Name of each place that the data can be had back from -> seconds of work that are not in it."""
        wrong = self.now - noticed_after if event.noticed else self.now
        ransom = event.kind == "ransomware" and event.subject == "ws"
        followed = event.kind in ("sync", "encrypt") or ransom
        dead = set(broken(self.studio, event))
        found = {}
        if ("ws", self.dataset.volume) not in dead and not event.noticed and not ransom:
            found["original"] = 0
        for name, one in self.dataset.copies.items():
            held = [] if followed and one.mode == "mirror" else [at for at in self.points[name] if at <= wrong]
            if held and (one.machine, one.volume) not in dead:
                found[name] = wrong - max(held)
        return found


def retained(keep: Retention, held: list[int]) -> list[int]:
    """What the jobs' own rule leaves of these."""
    names = {point_name(START + timedelta(seconds=at)): at for at in held}
    left = keep.keep(names)
    return sorted(at for name, at in names.items() if name in left)


def broken(of: Studio, event: Event) -> Iterator[tuple[str, str]]:
    """Machine and volume of all that cannot be read when this has happened, by looking at each disk and each box."""
    for box in of.machines.values():
        for volume in box.volumes.values():
            drive = of.drives.get(volume.on)
            if _drive_lost(drive, event) if drive else _lost(box, volume, event):
                yield box.name, volume.name


def _stood_in(event: Event, site: str, room: str | None) -> bool:
    """Whether it happened where this stands."""
    kind, subject = event.kind, event.subject
    here = f"{site}/{room}" if room else ""
    if site.startswith("bag:"):
        return kind == "bag" and f"bag:{subject}" == site
    return (kind, subject) in (("site", site), ("room", here), ("theft", here or site))


def _drive_lost(drive: Drive, event: Event) -> bool:
    """A drive that is put away is reached by nothing but what happens there."""
    kind, subject = event.kind, event.subject
    plugged = kind == "control" or (kind in ("machine", "ransomware") and subject == drive.plugged_into)
    return (
        _stood_in(event, drive.home.site, drive.home.room)
        or (kind == "disk" and subject == drive.name)
        or (drive.plugged_into is not None and (plugged or event == Event("volume", f"ws/{drive.name}")))
    )


def _lost(box: Machine, volume: Volume, event: Event) -> bool:
    kind, subject = event.kind, event.subject
    hit = kind == "control" or (kind in ("machine", "ransomware") and box.name == subject)
    dead = {
        name
        for name, disk in box.disks.items()
        if (kind == "disk" and f"{box.name}/{name}" == subject)
        or (kind == "enclosure" and f"{box.name}/{disk.enclosure}" == subject)
    }
    array = box.arrays.get(volume.on)
    spare = 0 if array is None or array.level == "raid0" else len(array.members) - 1
    gone = len(dead & set(array.members if array else (volume.on,))) > spare
    only = kind == "os" and [f"{box.name}/{one}" for one in volume.paths] == [subject]
    named = (kind, subject) in (("array", f"{box.name}/{volume.on}"), ("volume", volume.full_name))
    return hit or gone or only or named or _stood_in(event, box.site, box.room)


def a_studio(chance: Random) -> Studio:
    """A workstation, up to four boxes and two drives, in rooms, at sites, in a bag; RAID, cases, chains."""
    boxes = [_box("ws", chance, role="workstation", site="studio", room="a")]
    for number in range(chance.randint(0, 4)):
        site, room = chance.choice(["studio", "home", "bank"]), chance.choice([None, "a", "b"])
        boxes.append(_box(f"m{number}", chance, role="nas", site=site, room=room))
    drives = [
        drive(f"shuttle-{number}", chance.choice(["studio/a", "studio", "home", "bag:red"]))
        if chance.random() < 0.6
        else drive(f"shuttle-{number}", "studio/a", plugged_into="ws")
        for number in range(chance.choice([0, 0, 1, 2]))
    ]
    places = [f"{box.name}:{volume}" for box in boxes for volume in box.volumes]
    places += [f"ws:{one.name}" for one in drives]
    copies: list[Copy] = []
    for number in range(chance.randint(0, 5)):
        source = chance.choice([None, *(one.name for one in copies)])
        copies.append(copy(f"c{number}", chance.choice(places), every=chance.choice(EVERY), keep=a_retention(chance),
                           mode=chance.choice(["versioned", "versioned", "mirror"]), source=source))  # fmt: skip
    return studio(boxes, copies, volume=chance.choice(list(boxes[0].volumes)), drives=drives)


def _box(name: str, chance: Random, *, role: str, site: str, room: str | None) -> Machine:
    disks = {f"d{number}": chance.choice(["nvme", "hdd"]) for number in range(chance.randint(1, 4))}
    level = chance.choice([None, "raid0", "raid1"]) if len(disks) > 1 else None
    made = machine(name, disks, {"array": ("md", level, list(disks)[:2])} if level else {}, site=site, room=room,
                   role=role)  # fmt: skip
    cases = {key: dataclasses.replace(disk, enclosure=chance.choice([None, "left", "right"]))
             for key, disk in made.disks.items()}  # fmt: skip
    if chance.random() < 0.5:
        return dataclasses.replace(made, disks=cases)
    second = System(**{**dataclasses.asdict(made.systems["linux"]), "name": "edit", "place": made.place, "jump": ()})
    volumes = {key: dataclasses.replace(one, paths={**one.paths, "edit": "/e"}) if chance.random() < 0.5 else one
               for key, one in made.volumes.items()}  # fmt: skip
    return dataclasses.replace(made, disks=cases, volumes=volumes, systems={**made.systems, "edit": second})


def a_retention(chance: Random) -> Retention:
    """Up to three rules, or none."""
    counts = {"last": 4, "hourly": 30, "daily": 12, "weekly": 5, "monthly": 3}
    chosen: dict[str, Any] = {
        rule: chance.randint(1, counts[rule]) for rule in chance.sample(sorted(counts), chance.randint(0, 3))
    }
    return dataclasses.replace(Retention(), **chosen)
