"""What is known of things that no job answers for: dated, of one of four sorts, and only for so long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from studio_backup.spec.retention import point_time
from studio_backup.spec.schedule import DAY

#: How a fact came to be known; the spec alone only assumes.
OBSERVED, DRILLED, ATTESTED, ASSUMED = "observed", "drilled", "attested", "assumed"
#: How long a word counts whose giver named no end, in seconds: nothing stays green without a limit.
ATTESTED_FOR = 180 * DAY
#: Seconds that a moment may be ahead of the clock here; one further ahead was noted by a wrong clock: no evidence.
AHEAD = 300
#: A place that starts so is a bag on its way, or a client's shelf; any other is a site or SITE/ROOM.
BAG, CLIENT = "bag:", "client:"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One thing that was known at one moment; times are epoch seconds."""

    subject: str  # KIND:NAME, as `drive:shuttle-1`, `account:b2`, `copy:ws-a/sessions/off-site`
    what: str  # one word: spun-up, mfa, made, boots, there …
    sort: str  # observed | drilled | attested | assumed
    at: int
    by: str = ""  # who says so; "" for what was observed
    expires: int | None = None
    note: str = ""

    def holds(self, now: float) -> bool:
        """False before it was said and once it has run out: then it is UNKNOWN, not untrue."""
        return self.at <= now and (self.expires is None or now < self.expires)


@dataclass(frozen=True, kw_only=True)
class Custody:
    """Where a drive is since when, by whose word."""

    drive: str
    place: str  # a site, SITE/ROOM, bag:NAME or client:NAME
    at: int
    by: str
    expires: int | None = None  # when the word must be given again
    note: str = ""

    def holds(self, now: float) -> bool:
        """False once the word has run out: then nobody knows where the drive is."""
        return self.expires is None or now < self.expires


@dataclass(frozen=True)
class Drill:
    """A restore that was really done: what was read, from which copy and point, and how long it took."""

    dataset: str
    copy: str
    point: str
    files: int
    bytes: int
    seconds: float
    whole: bool = True  # False when only a part of the dataset was asked for, or when that was not noted


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What a copy was last seen to hold, at the moment it was looked at."""

    copy: str  # MACHINE/DATASET/COPY
    at: int
    points: tuple[str, ...]  # oldest first
    state: int | None = None  # of a mirror: when its last good run read the source

    @cached_property
    def moments(self) -> tuple[int, ...]:
        """When the source of each point was read."""
        return tuple(int(moment.timestamp()) for point in self.points if (moment := point_time(point)))

    @property
    def newest(self) -> int | None:
        """When the newest state that it holds was read at the source; None when it holds none."""
        return max(self.moments, default=self.state)

    def newest_by(self, now: float) -> int | None:
        """The same, of what was not dated by a wrong clock."""
        moments = self.moments or (() if self.state is None else (self.state,))
        return max((moment for moment in moments if moment <= now + AHEAD), default=None)


def latest(facts: Iterable[Fact], subject: str, what: str) -> Fact | None:
    """The newest fact of that thing, whether it still holds or not."""
    found = [fact for fact in facts if (fact.subject, fact.what) == (subject, what)]
    return max(found, key=lambda fact: fact.at, default=None)


def believed(facts: Iterable[Fact], subject: str, what: str, now: float) -> Fact | None:
    """The newest fact of that thing that still holds: one more never makes less known."""
    return latest((fact for fact in facts if fact.holds(now)), subject, what)
