"""The moments at which a schedule runs, by a clock that is given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from studio_backup.spec.schedule import DAY, MANUAL_LIMIT, WEEK, WEEKDAYS, Schedule

_TIME = re.compile(r"at (\d\d):(\d\d)$")
_ON = re.compile(r"on (\w+)")


def runs(schedule: Schedule, start: datetime, end: datetime) -> Iterator[datetime]:
    """Every run from `start`, which is a midnight, to before `end`; one by hand when it has to be, at noon."""
    if not schedule.period:
        yield from _every(start + timedelta(hours=12), timedelta(seconds=MANUAL_LIMIT), end)
    elif schedule.period < DAY:
        yield from _every(start, timedelta(seconds=schedule.period), end)
    else:
        time, on = _TIME.search(schedule.text), _ON.search(schedule.text)
        late = timedelta(hours=int(time[1]), minutes=int(time[2])) if time else timedelta()
        for midnight in _every(start, timedelta(days=1), end):
            if _on_that_day(schedule, on[1] if on else "", midnight) and midnight + late < end:
                yield midnight + late


def _every(first: datetime, step: timedelta, end: datetime) -> Iterator[datetime]:
    now = first
    while now < end:
        yield now
        now += step


def _on_that_day(schedule: Schedule, on: str, day: datetime) -> bool:
    if schedule.period == DAY:
        return True
    if schedule.period == WEEK:
        return WEEKDAYS[day.weekday()] == on
    return day.day == int(on)
