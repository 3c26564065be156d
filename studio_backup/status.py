"""How every copy fares: its last run, its newest restore point, and that point's age against its limit."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from studio_backup.capacity import ROOM, Room, room_of
from studio_backup.compile import Route
from studio_backup.compile.snapshots import tool_configuration
from studio_backup.diff import Asleep
from studio_backup.facts import AHEAD, Observation
from studio_backup.made import made_points
from studio_backup.paths import state
from studio_backup.probe import Probe, Reply, Unanswered
from studio_backup.programs import shipped
from studio_backup.records import INTERRUPTED, SENTENCES, Record, parse_record
from studio_backup.spec.retention import point_time
from studio_backup.survey import Answered, Sighting, Silent
from studio_backup.windows.standing import probe as ask_windows
from studio_backup.windows.standing import spoken

#: The parts, what an interrupted run is called in its record, and the program: see there for its arguments.
_SCRIPT = "\n".join((
    *map(shipped, ("volume.sh", "zfs-snapshots.sh", "lock.sh")), ROOM, f"interrupted={shlex.quote(INTERRUPTED)}",
    shipped("standing.sh"),
))  # fmt: skip

_MOVED = re.compile(r"[0-9]{1,12}\t[0-9]{1,18}")


@dataclass(frozen=True)
class Standing:
    """One copy as one system keeps it. `unknown` says why nothing is known, "" when it was read."""

    route: Route
    last: Record | None
    running: Record | None
    points: tuple[str, ...]
    unknown: str = ""
    room: Room | None = None  # of its volume, where that is mounted
    moved: tuple[tuple[int, int], ...] = ()  # when its runs began (epoch seconds), and the bytes that each brought
    made: Mapping[str, str] = field(default_factory=dict)  # points of another program: where each lies

    def path_of(self, point: str) -> str:
        """Where a restore point lies on its machine."""
        return self.made.get(point, f"{self.route.target}/points/{point}")

    @property
    def newest(self) -> str:
        """The newest complete restore point, "" when there is none."""
        return self.points[-1] if self.points else ""

    def age(self, now: float) -> float | None:
        """Seconds since the source of the newest restore point was read; None without one."""
        moments = [moment.timestamp() for point in self.points if (moment := point_time(point))]
        past = [moment for moment in moments if moment <= now + AHEAD]
        if moments:
            return max(0, now - past[-1]) if past else None
        if self.mirrored and self.last and self.last.started and self.last.started <= now + AHEAD:
            return max(0, now - self.last.started)
        return None

    @property
    def mirrored(self) -> bool:
        """True for a mirror or a clone whose last run was good: it holds what that run read."""
        return self.route.copy.mode != "versioned" and self.last is not None and self.last.result == "ok"

    def ahead(self, now: float) -> tuple[str, ...]:
        """Points whose date lies in the future."""
        return tuple(point for point in self.points if (when := point_time(point)) and when.timestamp() > now + AHEAD)

    @property
    def limit(self) -> int:
        """Seconds that the newest restore point may be old."""
        copy = self.route.copy
        return copy.max_age if copy.max_age is not None else copy.every.max_age()

    def word(self, now: float) -> str:
        """`fresh`, `late`, `none` or `unknown`."""
        if self.unknown:
            return "unknown"
        age = self.age(now)
        if age is None:
            return "none"
        return "fresh" if age <= self.limit else "late"


def probe(route: Route) -> Probe:
    """Asks for one copy; all copies of a system are asked in one go, last, since a mount may hang."""
    if route.writer.os == "windows":
        where = state(route.studio, route.writer.os)
        return ask_windows(where, route.id, route.target_root, route.volume.ids[route.writer.name])
    root = f"{route.volume.ids[route.writer.name]} {route.target_root}"
    made = f"\t{route.copy.by} {tool_configuration(route)}" if route.copy.by != "own" else ""
    return Probe(
        script=_SCRIPT,
        args=(f"{state(route.studio, route.writer.os)} {route.id} {root}\t{route.target}{made}",),
        touches=True,
    )


def standings(routes: Iterable[Route], systems: Mapping[str, Sighting]) -> list[Standing]:
    """One for each route, whatever its system answered; a system that sleeps says no less than the one that is awake.

    Where several systems write one copy, it lies on one volume: whichever of them answers has all of it.
    """
    found = [_standing(route, systems.get(route.writer.full_name)) for route in routes]
    read = {one.route.copy.full_name for one in found if not one.unknown}
    return [one for one in found if not (one.route.copy.full_name in read and _sleeps(one.route, systems))]


def _sleeps(route: Route, systems: Mapping[str, Sighting]) -> bool:
    return isinstance(systems.get(route.writer.full_name), Asleep)


def observations(standings: Iterable[Standing], now: int) -> list[Observation]:
    """What was seen of each copy that could be read, to be remembered."""
    return [
        Observation(
            copy=standing.route.copy.full_name,
            at=now,
            points=standing.points,
            state=standing.last.started if standing.last and standing.mirrored else None,
        )
        for standing in standings
        if not standing.unknown
    ]


def _standing(route: Route, sighting: Sighting | None) -> Standing:
    if not route.readers:
        return Standing(route, None, None, (), "no job: its source is not set up yet")
    match sighting:
        case Answered(answers):
            asked = probe(route)
            answer = answers.get((asked.script, asked.touches), Unanswered("was not asked", began=False))
            return _parse(route, answer)
        case Silent(reason):
            return Standing(route, None, None, (), reason)
        case Asleep():
            return Standing(route, None, None, (), "its system is asleep")
        case _:
            return Standing(route, None, None, (), "was not asked")


def _parse(route: Route, answer: Reply | Unanswered) -> Standing:
    if isinstance(answer, Unanswered):
        return Standing(route, None, None, (), answer.reason)
    if route.writer.os == "windows":
        answer = spoken(answer)
    section = _sections(answer.out).get(route.id)
    if answer.exit or not answer.out.endswith("complete\n") or section is None:
        return Standing(route, None, None, (), answer.err.strip() or "the listing ended early")
    lines = [line.partition("\t") for line in section.splitlines()]
    mounted = next((rest for word, _, rest in lines if word == "volume"), "unread")
    told = (rest for word, _, rest in lines if word == "made")
    made = made_points(route.copy.by, told, f"{route.target}/points")
    points = sorted([*made, *(rest for word, _, rest in lines if word == "point" and point_time(rest))])
    ended = next((parse_record(rest) for word, _, rest in lines if word == "ended"), None)
    newest = next((parse_record(rest) for word, _, rest in lines if word == "newest"), None)
    running = newest if newest is not None and newest.result == "running" else None
    if mounted != "right":
        word = "tool-listing" if mounted == "unlisted" else f"target-{mounted}"
        return Standing(route, ended, running, (), SENTENCES.get(word, mounted))
    room = next((room_of(rest) for word, _, rest in lines if word == "room"), None)
    moved = (tuple(map(int, rest.split("\t"))) for word, _, rest in lines if word == "moved" and _MOVED.fullmatch(rest))
    return Standing(
        route, ended, running, tuple(points), room=room, moved=tuple((at, size) for at, size in moved), made=made
    )


def volumes(found: Iterable[Standing]) -> dict[str, tuple[Room, tuple[Standing, ...]]]:
    """The mounted volumes that copies lie on, by full name: their room, and the copies."""
    result: dict[str, tuple[Room, tuple[Standing, ...]]] = {}
    for standing in found:
        if standing.room is not None:
            name = standing.route.volume.full_name
            room, others = result.get(name, (standing.room, ()))
            result[name] = (room, (*others, standing))
    return result


@lru_cache(maxsize=32)
def _sections(output: str) -> dict[str, str]:
    """What was said of each job, by its id: one answer speaks of every job of its system."""
    parts = re.split(r"^job\t(.*)\n", output, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))
