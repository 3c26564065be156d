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
from studio_backup.spec.outside import Drive, External
from studio_backup.spec.retention import Retention, point_name
from studio_backup.spec.schedule import DAY, HOUR, MANUAL_LIMIT, MONTH
from studio_backup.spec.tools import TOOLS
from tests.studios import account, copy, drive, external, machine, studio

START = datetime(2026, 1, 1, tzinfo=UTC)
EVERY = ("15 min", "hour", "6 hours", "4 hours", "day at 02:30", "week on sunday at 04:00", "month on 1 at 03:00",
         "manual")  # fmt: skip


def moments(one: Copy | External, chance: Random, shift: int, end: int) -> Iterator[int]:
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
        self.made: dict[str, Copy | External] = {**self.dataset.copies, **self.dataset.external}
        self.points: dict[str, list[int]] = {name: [] for name in self.made}
        self.chance, self.now = chance, 0
        self.shifts = {name: chance.randrange(0, DAY, 60) for name in of.machines}
        self.began = chance.randrange(0, 60 * DAY, 60)  # when the rotation did, before this

    @property
    def shortest(self) -> int:
        """Seconds between two runs of the busiest copy."""
        return min((one.every.period or DAY for one in self.made.values()), default=DAY)

    def play(self, end: int) -> None:
        """Let every job run until `end`."""
        runs: list[tuple[int, int, str]] = []
        for order, (name, one) in enumerate(self.made.items()):
            shift = self.shifts[one.machine if isinstance(one, Copy) else "ws"]
            runs += [(now, order, name) for now in moments(one, self.chance, shift, end)]
        heapq.heapify(runs)
        while runs:
            self.now, order, name = heapq.heappop(runs)
            made = self.made[name]
            comes = self.comes(made)
            if comes == self.now:
                self._run(made)
            elif not made.every.period and comes < end:  # somebody waits for the drive
                heapq.heappush(runs, (comes, order, name))
        self.now = end
        for one in self.dataset.copies.values():
            self._retain(one)

    def comes(self, one: Copy | External) -> int:
        """When the drive is here that it is written to: now, or with its next turn."""
        on = one.drive if isinstance(one, External) else self.studio.machines[one.machine].volumes[one.volume].on
        name = self.studio.drives[on].rotation if on in self.studio.drives else None
        turns = [box for box in self.studio.drives.values() if box.rotation == name] if name else []
        begins, cycle = -self.began, sum(box.turn for box in turns)
        begins += (self.now - begins) // cycle * cycle if cycle else 0
        for box in [*turns, *turns]:
            if box.name == on and self.now < begins + box.turn:
                return max(self.now, begins)
            begins += box.turn
        return self.now

    def _run(self, one: Copy | External) -> None:
        held = self.points[one.name]
        if isinstance(one, External):
            held.append(self.now)
            if len(held) % 200 == 199:  # what is looked at is kept by the rule; before that, only room is at stake
                held[:] = [*self._kept(one, held)]
            return
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

    def _kept(self, one: External, held: list[int]) -> Iterator[int]:
        """What a run replaces is there for as long as the product keeps it from then on, or locked it when written."""
        lock = (self.studio.accounts[one.account].lock or 0) if one.account else 0
        for at, after in zip(held, [*held[1:], self.now + 1], strict=False):
            if max(after + (one.versions or 0), at + lock) > self.now:
                yield at

    def _retain(self, one: Copy) -> None:
        if one.mode == "versioned" and one.keep.limited:
            self.points[one.name] = retained(one.keep, self.points[one.name])

    def looked_at(self) -> dict[str, Observation]:
        """What somebody who looks now sees of each copy."""
        base, found = int(START.timestamp()), {}
        for name, made in self.dataset.external.items():
            state = base + self.points[name][-1] if self.points[name] else None
            found[name] = Observation(copy=made.full_name, at=base + self.now, points=(), state=state)
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
        for name, made in self.dataset.external.items():
            held = [*self._kept(made, self.points[name])]
            versions = made.versions or (made.account and self.studio.accounts[made.account].lock)
            if not versions and (followed or (TOOLS[made.tool].sync and event.noticed)):
                held = []
            held = [at for at in held if at <= wrong]
            if held and not self._gone(made, event, dead):
                found[name] = wrong - max(held)
        return found

    def _gone(self, made: External, event: Event, dead: set[tuple[str, str]]) -> bool:
        """Whether the place that another product writes to went, or was emptied by who has the login for it."""
        kind, subject = event.kind, event.subject
        source = event == Event("ransomware", "ws")
        if made.account is not None:
            of = self.studio.accounts[made.account]
            logins = of.erased_by or ("machine:ws",)
            emptied = (kind == "ransomware" and f"machine:{subject}" in logins) or (
                kind == "credential" and subject in logins
            )
            emptied |= kind == "control" and any(one.startswith("machine:") for one in logins)
            return (kind, subject) == ("account", of.name) or (emptied and of.lock is None)
        if made.drive is not None:
            box = self.studio.drives[made.drive]
            return _drive_lost(box, event) or (source and box.plugged_into is not None)
        return (made.machine, made.volume) in dead or source


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
    """A workstation, up to four boxes, two drives, a rotation, in rooms, at sites, in a bag; RAID, cases, chains;
    copies by other products on all of them, and in accounts."""
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
    drives += [
        drive(f"turn-{number}", chance.choice(["studio/a", "home"]), rotation="turns", turn=chance.choice(TURNS))
        for number in range(chance.choice([0, 0, 1, 2, 3]))
    ]
    places = [f"{box.name}:{volume}" for box in boxes for volume in box.volumes]
    products = products_of(chance, places, drives)
    places += [f"ws:{one.name}" for one in drives]
    copies: list[Copy] = []
    for number in range(chance.randint(0, 5)):
        # A drive that is away feeds nothing.
        source = chance.choice([None, *(one.name for one in copies if "turn" not in one.volume)])
        copies.append(copy(f"c{number}", chance.choice(places), every=chance.choice(EVERY), keep=a_retention(chance),
                           mode=chance.choice(["versioned", "versioned", "mirror"]), source=source))  # fmt: skip
    return studio(boxes, copies, volume=chance.choice(list(boxes[0].volumes)), drives=drives, externals=products,
                  accounts=ACCOUNTS)  # fmt: skip


#: For how long a drive of a rotation is here.
TURNS = (DAY, 3 * DAY, 7 * DAY, 10 * DAY)
ACCOUNTS = [account("open"), account("mara", erased_by=("person:mara",)), account("locked", lock=60 * DAY)]


def products_of(chance: Random, places: list[str], drives: list[Drive]) -> list[External]:
    """Up to three copies by other products."""
    goals = [*places, *(f"drive:{one.name}" for one in drives), *(f"account:{one.name}" for one in ACCOUNTS)]
    found = []
    for number in range(chance.choice([0, 0, 1, 2, 3])):
        goal = chance.choice(goals)
        tool = (
            chance.choice(["rclone", "dropbox"]) if goal.startswith("account:") else chance.choice(["other", "by-hand"])
        )
        if goal == "account:locked":
            tool = "rclone"
        versions = chance.choice([None, 2 * DAY, 30 * DAY])
        every = "" if tool == "dropbox" else chance.choice(EVERY)
        found.append(external(f"x{number}", tool, goal, every=every, versions=versions))
    return found


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
