"""Spans of time as people write them: `90 s`, `15 min`, `36 hours`, `2 days`, `1 week`."""

from __future__ import annotations

import re

from studio_backup.spec.wording import MalformedError

_SECONDS = {
    "s": 1,
    "min": 60,
    "h": 3600,
    "day": 86400,
    "week": 604800,
    "month": 30 * 86400,
    "year": 365 * 86400,
}
_UNITS = {
    "sec": "s", "second": "s", "minute": "min", "m": "min", "hour": "h", "d": "day", "w": "week",
    **{unit: unit for unit in _SECONDS},
}  # fmt: skip
_SPAN = re.compile(r"([0-9]{1,6}) ?([a-z]+)")
FIX = "write a number and a unit: 90 s, 15 min, 36 hours, 2 days, 1 week"


def parse_duration(text: str) -> int:
    """Seconds; a month is 30 days, a year 365. Raises `MalformedError`."""
    found = _SPAN.fullmatch(text.strip().lower())
    unit = found and (_UNITS.get(found[2]) or _UNITS.get(found[2].removesuffix("s")))
    if not found or not unit:
        raise MalformedError(f"'{text}' is not a span of time", FIX)
    return int(found[1]) * _SECONDS[unit]


def rounded(seconds: float) -> str:
    """About how long, in the largest unit of which there are two: 100,000 is `27 hours`."""
    unit = next((unit for unit in (86400, 3600, 60) if seconds >= 2 * unit), 1)
    return format_duration(int(seconds // unit * unit))


def format_duration(seconds: int) -> str:
    """The shortest way to write a span exactly: 5400 is `90 min`."""
    for unit, name in ((604800, "week"), (86400, "day"), (3600, "hour")):
        if seconds and seconds % unit == 0:
            count = seconds // unit
            return f"{count} {name}" + ("s" if count > 1 else "")
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"
