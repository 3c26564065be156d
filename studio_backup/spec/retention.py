"""Which restore points stay: a pure function of their names and of the rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

#: A restore point's name: the moment its source was read, in UTC.
NAME_FORMAT = "%Y-%m-%dT%H-%M-%SZ"
_NAME = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2})-([0-9]{2})-([0-9]{2})Z")
#: Rule -> the name of the period a moment falls in. Weeks are ISO weeks, of the year of their Thursday.
_PERIODS = {
    "hourly": "%Y-%m-%dT%H",
    "daily": "%Y-%m-%d",
    "weekly": "%G-W%V",
    "monthly": "%Y-%m",
    "yearly": "%Y",
}


def point_time(name: str) -> datetime | None:
    """The moment a restore point's name stands for, None when it is no such name."""
    found = _NAME.fullmatch(name)
    if not found:
        return None
    year, month, day, hour, minute, second = map(int, found.groups())
    try:
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None


def point_name(moment: datetime) -> str:
    """The name of the restore point of that moment."""
    return moment.astimezone(UTC).strftime(NAME_FORMAT)


@dataclass(frozen=True, kw_only=True)
class Retention:
    """How many of each period to keep, 0 for a rule that is not set, and the points that always stay."""

    last: int = 0
    hourly: int = 0
    daily: int = 0
    weekly: int = 0
    monthly: int = 0
    yearly: int = 0
    hold: tuple[str, ...] = ()

    @property
    def limited(self) -> bool:
        """False when no rule is set: then nothing ever goes."""
        return any((self.last, self.hourly, self.daily, self.weekly, self.monthly, self.yearly))

    def keep(self, points: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The points that stay, newest first, each with every reason why; what is missing here may go.

        The newest point of a period stands for it; only periods that hold a point count. The newest of all
        stays whatever the rules say, and so does a name we cannot read: not ours to erase.
        """
        names = set(points)
        moments = {name: moment for name in names if (moment := point_time(name))}
        newest_first = sorted(moments, key=lambda name: moments[name], reverse=True)
        reasons: dict[str, list[str]] = {name: [] for name in newest_first}
        for name in newest_first[:1]:
            reasons[name].append("newest")
        for name in newest_first:
            if name in self.hold:
                reasons[name].append("hold")
            if not self.limited:
                reasons[name].append("no rule set")
        for name in newest_first[: self.last]:
            reasons[name].append("last")
        for rule, pattern in _PERIODS.items():
            for name, period in _representatives(newest_first, moments, pattern, getattr(self, rule)):
                reasons[name].append(f"{rule} {period}")
        kept = {name: tuple(why) for name, why in reasons.items() if why}
        return kept | dict.fromkeys(sorted(names - moments.keys()), ("not a restore point",))


def _representatives(
    newest_first: list[str], moments: dict[str, datetime], pattern: str, count: int
) -> list[tuple[str, str]]:
    """The newest point of each of the `count` newest periods that hold one, with the period's name."""
    chosen: dict[str, str] = {}
    for name in newest_first:
        if len(chosen) >= count:
            break
        chosen.setdefault(moments[name].strftime(pattern), name)
    return [(name, period) for period, name in chosen.items()]
