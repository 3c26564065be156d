"""How much room a volume has, how fast its copies fill it, when it is full, and what cannot fit at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_DAY = 86400
#: Days back of which runs say how fast it goes.
_WINDOW = 30
#: sh: `room PATH` prints `room<TAB>SIZE<TAB>FREE`, in KiB and as df has it; nothing where df does not answer.
ROOM = r"""room() { df -Pk -- "$1" 2>/dev/null | awk 'NR == 2 { printf "room\t%.0f\t%.0f\n", $2, $4 }' || :; }"""
_SAID = re.compile(r"([0-9]{1,18})\t([0-9]{1,18})")


@dataclass(frozen=True)
class Room:
    """A mounted volume: bytes in all, and bytes that are free."""

    size: int
    free: int

    @property
    def used(self) -> int:
        """Bytes that are not free."""
        return max(self.size - self.free, 0)

    @property
    def reserve(self) -> int:
        """What every job leaves free: a hundredth, at most 1 GiB."""
        return min(self.size // 100, 1 << 30)


def room_of(text: str) -> Room | None:
    """What follows `room` in an answer; None for anything that is not two numbers of one volume."""
    found = _SAID.fullmatch(text)
    if found is None or int(found[2]) > int(found[1]):
        return None
    return Room(int(found[1]) * 1024, int(found[2]) * 1024)


def growth(moved: Iterable[tuple[int, int]], now: float) -> float | None:
    """Bytes a day that the runs of one copy (epoch seconds, bytes) have brought; None before they span a day.

    The first known run is left out: a first copy moves everything, which no day does again. What retention gives back
    is not taken off, so a volume is full at this day at the earliest.
    """
    runs = sorted((at, size) for at, size in moved if at <= now)
    recent = [(at, size) for at, size in runs[1:] if now - at <= _WINDOW * _DAY]
    if not recent:
        return None
    span = min(now - runs[0][0], _WINDOW * _DAY)
    return sum(size for _, size in recent) / (span / _DAY) if span >= _DAY else None


def growths(copies: Sequence[Iterable[tuple[int, int]]], now: float) -> float | None:
    """Of all copies on one volume together; None where nothing is known of any."""
    known = [rate for rate in (growth(moved, now) for moved in copies) if rate is not None]
    return sum(known) if known else None


def full_at(room: Room, rate: float | None, now: float) -> float | None:
    """The moment (epoch seconds) at which jobs will find no room any more, if it goes on so; None if it never will."""
    left = max(room.free - room.reserve, 0)
    if not left:
        return now
    return now + left / rate * _DAY if rate else None


def lacking(need: int, room: Room, empty: bool) -> int:
    """Bytes that are too few for `need`: of the free ones for what is not there yet, else of all that there are."""
    return max(need - ((room.free if empty else room.size) - room.reserve), 0)
