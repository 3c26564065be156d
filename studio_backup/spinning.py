"""Drives that were seen to turn: a look that finds one plugged in and awake is the proof that `due` asks for."""

from __future__ import annotations

from collections.abc import Iterable

from studio_backup.diff import Change, Present
from studio_backup.facts import OBSERVED, Fact
from studio_backup.resources.device import told
from studio_backup.resources.disk import Disk

#: Seconds within which a second look proves nothing new.
_AGAIN = 86400


def spun_up(changes: Iterable[Change], known: Iterable[Fact], now: int) -> list[Fact]:
    """A fact for each travelling drive that was read (or is in use) now, and was not noted within the last day."""
    noted = {fact.subject for fact in known if fact.what == "spun-up" and now - fact.at < _AGAIN}
    return [
        Fact(subject=f"drive:{disk.name}", what="spun-up", sort=OBSERVED, at=now, note=told(disk.content or ""))
        for change in changes
        if isinstance(change.seen, Present) and isinstance(disk := change.seen.value, Disk)
        if disk.travels and disk.turns and f"drive:{disk.name}" not in noted
    ]
