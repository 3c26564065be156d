"""When a copy is made: `hour`, `15 min`, `day at 02:30`, `week on sunday at 04:00`, `manual`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from studio_backup.spec.wording import MalformedError, suggest

MINUTE, HOUR, DAY = 60, 3600, 86400
WEEK, MONTH = 7 * DAY, 31 * DAY
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: How old a copy that is only made by hand may grow: nothing stays green without a limit.
MANUAL_LIMIT = 30 * DAY
FORMS = "write hour, 15 min, 6 hours, day at 02:30, week on sunday at 04:00, month on 1 at 03:00 or manual"

_FORM = re.compile(
    r"(?:every )?(?:(?P<count>[0-9]{1,3}) ?)?(?P<unit>[a-z]+)"
    r"(?: on (?P<on>[a-z]+|[0-9]{1,2}))?(?: at (?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2}))?"
)
_WORDS = {
    "min": ("min", "mins", "minute", "minutes"),
    "hour": ("hour", "hours", "h", "hourly"),
    "day": ("day", "daily"),
    "week": ("week", "weekly"),
    "month": ("month", "monthly"),
}
_UNITS = {word: unit for unit, words in _WORDS.items() for word in words}


@dataclass(frozen=True)
class Schedule:
    """A schedule in its one canonical text; two that mean the same are equal."""

    text: str
    period: int
    """Seconds from one run to the next (a month: 31 days); 0 for `manual`."""
    calendar: str
    """What systemd's OnCalendar= takes; empty for `manual`."""

    @classmethod
    def parse(cls, text: str) -> Schedule:
        """Read a schedule; quotes around it do not matter. Raises `MalformedError`."""
        words = " ".join(text.strip().strip("\"'").lower().split())
        if words == "manual":
            return cls("manual", 0, "")
        found = _FORM.fullmatch(words)
        unit = found and _UNITS.get(found["unit"])
        if not found or not unit:
            raise MalformedError(f"'{text}' is not a schedule", suggest(words, ["manual", *_UNITS], FORMS))
        if unit in ("min", "hour"):
            return cls._interval(text, found, unit)
        if found["count"] not in (None, "1"):
            raise MalformedError(f"'{text}' is not a schedule: only minutes and hours can be counted", FORMS)
        return cls._dated(text, found, unit)

    @classmethod
    def _interval(cls, text: str, found: re.Match[str], unit: str) -> Schedule:
        """Every so many minutes or hours, on the clock: the number must divide the hour or the day."""
        count, whole = int(found["count"] or 1), 60 if unit == "min" else 24
        if found["on"] or found["hour"]:
            raise MalformedError(f"'{text}' is not a schedule: only day, week and month have a time of day", FORMS)
        if unit == "min" and count == 60:
            count, unit, whole = 1, "hour", 24
        if count == 0 or whole % count or count == whole:
            divisors = ", ".join(str(number) for number in range(1, whole) if whole % number == 0)
            raise MalformedError(
                f"'{text}' does not fall on the same minutes each day", f"use one of {divisors} {unit}"
            )
        if unit == "min":
            return cls(f"{count} min", count * MINUTE, f"*-*-* *:00/{count:02}:00")
        if count == 1:
            return cls("hour", HOUR, "*-*-* *:00:00")
        return cls(f"{count} hours", count * HOUR, f"*-*-* 00/{count:02}:00:00")

    @classmethod
    def _dated(cls, text: str, found: re.Match[str], unit: str) -> Schedule:
        """Once a day, week or month, at midnight unless it says when."""
        hour, minute = int(found["hour"] or 0), int(found["minute"] or 0)
        if hour > 23 or minute > 59:
            raise MalformedError(f"'{text}' names no time of day", "times run from 00:00 to 23:59")
        clock = f"{hour:02}:{minute:02}"
        if unit == "day":
            if found["on"]:
                raise MalformedError(f"'{text}' is not a schedule: a day is not 'on' anything", FORMS)
            return cls(f"day at {clock}", DAY, f"*-*-* {clock}:00")
        if unit == "week":
            day = _weekday(text, found["on"] or "monday")
            return cls(f"week on {day} at {clock}", WEEK, f"{day[:3].capitalize()} *-*-* {clock}:00")
        number = found["on"] or "1"
        if not number.isdigit() or not 1 <= int(number) <= 28:
            raise MalformedError(f"'{text}' names no day that every month has", "use a day from 1 to 28")
        return cls(f"month on {int(number)} at {clock}", MONTH, f"*-*-{int(number):02} {clock}:00")

    def on_calendar(self) -> str:
        """What systemd's OnCalendar= takes, in the machine's own time zone; empty for `manual`."""
        return self.calendar

    def max_age(self) -> int:
        """Seconds until the newest restore point is too old: two periods and a grace of 15 min to 6 h."""
        if not self.period:
            return MANUAL_LIMIT
        return 2 * self.period + min(6 * HOUR, max(15 * MINUTE, self.period // 4))

    def __str__(self) -> str:
        return self.text


#: What a sync does: whatever changes here changes there within minutes.
REALTIME = Schedule("realtime", 15 * MINUTE, "")


def rhythm(text: str) -> Schedule:
    """A schedule, or `realtime`. Raises `MalformedError`."""
    return REALTIME if text.strip() == "realtime" else Schedule.parse(text)


def _weekday(text: str, word: str) -> str:
    """The full name of a weekday given in full or by its first three letters."""
    for name in WEEKDAYS:
        if word in (name, name[:3]):
            return name
    raise MalformedError(f"'{text}' names no day of the week", suggest(word, WEEKDAYS, "monday to sunday"))
