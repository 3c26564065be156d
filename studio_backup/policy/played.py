"""What is played forward and what comes of it: the setting, the copies while they are played, each day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from studio_backup.policy.events import Event
from studio_backup.policy.holding import Holding
from studio_backup.policy.outcome import Outcome
from studio_backup.spec.model import Copy, Dataset
from studio_backup.spec.outside import External
from studio_backup.spec.retention import point_name, point_time
from studio_backup.spec.schedule import DAY, Schedule

#: Longer than anything is played, and no further back than calendars go.
_EVER = 100 * 365 * DAY


@dataclass(frozen=True, kw_only=True)
class Happening:
    """An event, and when."""

    event: Event
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What is played: from when, for how many days, what happens, and which share of the runs is missed."""

    start: datetime
    days: int
    happenings: tuple[Happening, ...] = ()
    missed: float = 0.0  # 0 to 1
    seed: int = 0

    @property
    def end(self) -> datetime:
        """The last moment."""
        return self.start + timedelta(days=self.days)


@dataclass(kw_only=True)
class Held:
    """A copy while it is played."""

    holding: Holding
    points: list[str] = field(default_factory=list)
    ran: int = 0
    missed: int = 0
    away: int = 0  # runs while another drive of its rotation was in use

    def newest(self) -> datetime | None:
        """The date of its newest state."""
        return point_time(self.points[-1]) if self.points else None

    @property
    def full_name(self) -> str:
        """MACHINE/DATASET/NAME."""
        return self._made.full_name

    @property
    def every(self) -> Schedule:
        """When it is made."""
        return self._made.every

    @property
    def source(self) -> str | None:
        """The copy that it is made from, None where that is the original."""
        return self.holding.copy.source_copy if self.holding.copy else None

    @property
    def limit(self) -> int:
        """Seconds that its newest state may be old."""
        return self._made.max_age or self._made.every.max_age()

    @property
    def _made(self) -> Copy | External:
        made = self.holding.copy or self.holding.external
        assert made is not None
        return made

    def take(self, point: str, now: datetime) -> None:
        """Hold one more state, and let go what has to go: by the jobs' own rule, or by how long a product keeps it."""
        if not self.holding.versioned:
            self.points = [point]
        elif self.holding.copy is not None:
            self.points = sorted(self.holding.copy.keep.keep([*self.points, point]))
        else:
            # What a run replaced is kept from that moment on, so the state that was the newest then is there as well.
            oldest = point_name(now - timedelta(seconds=min(self.holding.reach, _EVER)))
            first = max((one for one in self.points if one <= oldest), default="")
            self.points = [*(one for one in self.points if one >= first), point]


@dataclass(frozen=True, kw_only=True)
class Day:
    """How things stood at the end of a day: points of each copy, runs missed that day, what was noticed."""

    number: int  # from 1
    points: dict[str, int]
    ages: dict[str, float | None]  # seconds that the newest state of each is old
    missed: dict[str, int]
    gone: frozenset[str]  # places that an event has taken by then
    left: tuple[tuple[Happening, Outcome], ...]  # of what may be noticed late: what there is still of before it


@dataclass(frozen=True, kw_only=True)
class Played:
    """All days of one dataset, and what each event left at the moment it happened."""

    dataset: Dataset
    days: tuple[Day, ...]
    outcomes: tuple[tuple[Happening, Outcome], ...]
    held: tuple[Held, ...]
