"""A studio played forward with a moved clock: schedules, retention, rotation, missed runs, and then something happens.

Nothing is left to chance: the same seed misses the same runs. Points are kept by the jobs' own retention.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from studio_backup.facts import Observation
from studio_backup.policy.calendar import runs
from studio_backup.policy.holding import Holding
from studio_backup.policy.outcome import Outcome, by_evidence
from studio_backup.policy.played import Day, Happening, Held, Played, Setting
from studio_backup.spec.model import Dataset
from studio_backup.spec.retention import point_name
from studio_backup.spec.schedule import DAY


def play(dataset: Dataset, holdings: Sequence[Holding], setting: Setting) -> Played:
    """Play one dataset; rotations begin with the turn of their first drive."""
    held = {one.name: Held(holding=one) for one in holdings if not one.is_original}
    happened: list[tuple[Happening, Outcome]] = []
    days: list[Day] = []
    gone: set[str] = set()
    dead: set[str] = set()
    before = dict.fromkeys(held, 0)
    for when, step in _steps(held, setting):
        if isinstance(step, Happening):
            dead |= {disk for one in holdings for disk in step.event.kills(one)}
            gone |= {one.name for one in holdings if len(one.disks & dead) > one.spare}
            there = [one for one in holdings if one.name not in gone]
            happened.append((step, _left(there, held, step, when)))
            gone |= {one.name for one in holdings if step.event.takes(one)}
        elif isinstance(step, int):
            there = [one for one in holdings if one.name not in gone]
            noticed = [one for one, _ in happened if one.event.noticed]
            days.append(_day(step, held, when, before, gone, [(one, _left(there, held, one, when)) for one in noticed]))
            before = {name: one.missed for name, one in held.items()}
        elif step not in gone:
            _run(held, held[step], when, gone, setting)
    return Played(dataset=dataset, days=tuple(days), outcomes=tuple(happened), held=tuple(held.values()))


def _steps(held: dict[str, Held], setting: Setting) -> list[tuple[datetime, Happening | int | str]]:
    """Every run, every event and the end of every day, in order; an event at the moment of a run comes before it.

    What is at midnight is of the day that begins.
    """
    steps: list[tuple[datetime, int, int, Happening | int | str]] = []
    for order, (name, one) in enumerate(held.items()):
        steps += [(when, 2, order, name) for when in _runs(one, setting)]
    steps += [(one.at, 1, number, one) for number, one in enumerate(setting.happenings)]
    steps += [(setting.start + timedelta(days=number), 0, 0, number) for number in range(1, setting.days + 1)]
    return [(when, step) for when, _, _, step in sorted(steps, key=lambda one: one[:3])]


def _runs(one: Held, setting: Setting) -> Iterator[datetime]:
    """When it is made; who copies by hand waits for the drive."""
    for when in runs(one.every, setting.start, setting.end):
        waits = 0 if one.every.period else _waits(one, when, setting)
        yield when + timedelta(seconds=waits)


def _waits(one: Held, when: datetime, setting: Setting) -> int:
    return one.holding.turn.waits(int((when - setting.start).total_seconds())) if one.holding.turn else 0


def _run(held: dict[str, Held], one: Held, when: datetime, gone: set[str], setting: Setting) -> None:
    one.ran += 1
    if _waits(one, when, setting):
        one.away += 1
        return
    if _missed(setting, one.full_name, when):
        one.missed += 1
        return
    source = one.source
    if source is None:
        point = None if "original" in gone else point_name(when)
    else:
        point = held[source].points[-1] if source in held and source not in gone and held[source].points else None
    if point is not None and point not in one.points:
        one.take(point, when)


def _missed(setting: Setting, copy: str, when: datetime) -> bool:
    """The same seed misses the same runs of the same copy."""
    drawn = sha256(f"{setting.seed}\n{copy}\n{point_name(when)}".encode()).digest()
    return int.from_bytes(drawn[:8]) / 2**64 < setting.missed


def _left(holdings: Sequence[Holding], held: dict[str, Held], one: Happening, now: datetime) -> Outcome:
    """What there is, now, of what there was before it happened."""
    seen = {name: _look(copy, now, one.at) for name, copy in held.items()}
    back = (now - one.at).total_seconds() if one.event.noticed else 0
    return by_evidence(holdings, one.event, back, seen, now.timestamp())


def _look(one: Held, now: datetime, at: datetime) -> Observation:
    """What it holds; what was read in the very moment in which it happened is of afterwards."""
    newest = one.newest()
    return Observation(
        copy=one.full_name,
        at=int(now.timestamp()),
        points=tuple(point for point in one.points if point != point_name(at)) if one.holding.versioned else (),
        state=int(newest.timestamp()) + (newest == at) if newest else None,
    )


def _day(
    number: int,
    held: dict[str, Held],
    now: datetime,
    before: dict[str, int],
    gone: set[str],
    left: list[tuple[Happening, Outcome]],
) -> Day:
    return Day(
        number=number,
        points={name: len(one.points) for name, one in held.items()},
        ages={name: (now - newest).total_seconds() if (newest := one.newest()) else None for name, one in held.items()},
        missed={name: one.missed - before[name] for name, one in held.items()},
        gone=frozenset(gone),
        left=tuple(left),
    )


def midnight(epoch: float) -> datetime:
    """The beginning of that day, in UTC."""
    return datetime.fromtimestamp(epoch // DAY * DAY, UTC)
