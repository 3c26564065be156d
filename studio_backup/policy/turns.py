"""Drives of one rotation: each is here for its turn, in the order of the spec, while the others are away."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from studio_backup.policy.reach import Depth, Spacing
from studio_backup.spec.model import Studio


@dataclass(frozen=True, slots=True)
class Turn:
    """Of one drive, in seconds: when its turn begins in the cycle, how long it lasts, and the cycle."""

    begins: int
    lasts: int
    cycle: int

    @property
    def away(self) -> int:
        """From the end of one turn to the next."""
        return self.cycle - self.lasts

    def waits(self, at: int) -> int:
        """Seconds from `at` (since the beginning of a cycle) until the drive is here; 0 while it is."""
        since = (at - self.begins) % self.cycle
        return 0 if since < self.lasts else self.cycle - since


def turn_of(studio: Studio, drive: str) -> Turn | None:
    """The turn of a drive; None for one that takes none, or is alone in its rotation."""
    rotation = studio.drives[drive].rotation if drive else None
    if rotation is None:
        return None
    together = [one for one in studio.drives.values() if one.rotation == rotation]
    begins = sum(one.turn for one in together[: [one.name for one in together].index(drive)])
    turn = Turn(begins, studio.drives[drive].turn, sum(one.turn for one in together))
    return turn if turn.away else None


def fits(turn: Turn, every: Spacing) -> bool:
    """True where a copy that is made so often is made in every turn; one by hand is made when the drive is here."""
    return not every.shortest or every.longest <= turn.lasts


def waiting(turn: Turn, every: Spacing) -> int:
    """Seconds by which a copy may be older than it would be on a drive that is always here.

    Every run in the time that the drive is away is one that is not made; who copies by hand waits for the drive.
    """
    if every.shortest:
        return every.longest * -(-turn.away // every.shortest)
    # Made at any moment of a turn, it is to be made again so much later, which may be when the drive is away.
    first = (turn.away + every.longest) % turn.cycle
    return turn.away if first + turn.lasts > turn.cycle or not first else max(turn.away - first, 0)


def later(depths: tuple[Depth, ...], wait: int) -> tuple[Depth, ...]:
    """How far back points reach whose run may have to wait: as far, and more coarsely."""
    return tuple(dataclasses.replace(one, gap=one.gap + wait) for one in depths)
