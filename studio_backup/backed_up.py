"""Copies by other products that were seen to be made: up to when, as Time Machine or Backblaze notes it itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from studio_backup.diff import Present, Seen
from studio_backup.facts import AHEAD, OBSERVED, Fact
from studio_backup.resource import Resource
from studio_backup.resources.backblaze import Backblaze
from studio_backup.resources.time_machine import TimeMachine


def backed_up(sights: Iterable[Seen], known: Iterable[Fact], now: int) -> list[Fact]:
    """A fact for each copy of which a backup was completed after the newest one that is known of.

    What a machine notes for the future was noted by a wrong clock, and is none.
    """
    newest: dict[str, int] = {}
    for fact in known:
        if fact.what == "made":
            newest[fact.subject] = max(fact.at, newest.get(fact.subject, 0))
    facts = []
    for seen in sights:
        value = seen.value if isinstance(seen, Present) else None
        for name, moment in _completed(value):
            at = int(moment.timestamp()) if moment else 0
            if newest.get(f"copy:{name}", 0) < at <= now + AHEAD:
                facts.append(Fact(subject=f"copy:{name}", what="made", sort=OBSERVED, at=min(at, now)))
    return facts


def _completed(value: Resource | None) -> Iterator[tuple[str, datetime | None]]:
    """Full name of a copy -> up to when it holds everything."""
    if isinstance(value, TimeMachine):
        yield from ((name, value.completed(source)) for name, source in value.copies.items())
    elif isinstance(value, Backblaze):
        yield from ((name, value.completed(held)) for name, held in value.copies.items())
