"""Copies by Time Machine that were seen to be made: the date that a Mac notes for its last completed backup."""

from __future__ import annotations

from collections.abc import Iterable

from studio_backup.diff import Present, Seen
from studio_backup.facts import AHEAD, OBSERVED, Fact
from studio_backup.resources.time_machine import TimeMachine


def backed_up(sights: Iterable[Seen], known: Iterable[Fact], now: int) -> list[Fact]:
    """A fact for each copy of which a backup was completed after the newest one that is known of.

    What a Mac notes for the future was noted by a wrong clock, and is none.
    """
    newest: dict[str, int] = {}
    for fact in known:
        if fact.what == "made":
            newest[fact.subject] = max(fact.at, newest.get(fact.subject, 0))
    facts = []
    for seen in sights:
        value = seen.value if isinstance(seen, Present) else None
        for name, source in value.copies.items() if isinstance(value, TimeMachine) else ():
            moment = value.completed(source) if isinstance(value, TimeMachine) else None
            at = int(moment.timestamp()) if moment else 0
            if newest.get(f"copy:{name}", 0) < at <= now + AHEAD:
                facts.append(Fact(subject=f"copy:{name}", what="made", sort=OBSERVED, at=min(at, now)))
    return facts
