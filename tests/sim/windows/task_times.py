"""When the triggers of a task fire: in the system's own time where a moment has no zone, else in that zone."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.sim.windows.task_xml import seconds

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def due(definition: ET.Element, after: datetime, until: datetime, zone: ZoneInfo) -> list[datetime]:
    """Every moment after the one and up to the other (both in UTC) at which some trigger fires, in order."""
    found: set[datetime] = set()
    for trigger in definition.iterfind("Triggers/*"):
        if (trigger.findtext("Enabled") or "true").strip() == "true":
            found.update(moment for moment in _fires(trigger, after, until, zone) if after < moment <= until)
    return sorted(found)


def _fires(trigger: ET.Element, after: datetime, until: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    text = (trigger.findtext("StartBoundary") or "").strip()
    if not text:
        return
    start = datetime.fromisoformat(text)
    own = zone if start.tzinfo is None else start.tzinfo
    if trigger.tag == "TimeTrigger":
        yield from _repeated(trigger, _instant(start, own), after, until)
        return
    # From two days before: a repetition of that day's start may still fire.
    day = max(start.date(), (after.astimezone(own) - timedelta(days=2)).date())
    while day <= until.astimezone(own).date():
        if _on(trigger, day, start):
            moment = _instant(datetime.combine(day, start.time()), own)
            yield from _repeated(trigger, moment, after, until)
        day += timedelta(days=1)


def _instant(wall: datetime, own: object) -> datetime:
    """The moment of a clock on the wall. One that does not exist comes an hour later, one of two is the first: both
    UNVERIFIED of Windows."""
    return wall.replace(tzinfo=own, fold=0).astimezone(UTC)  # type: ignore[arg-type]


def _on(trigger: ET.Element, day: object, start: datetime) -> bool:
    assert isinstance(day, type(start.date()))
    daily, weekly, monthly = (trigger.find(f"ScheduleBy{unit}") for unit in ("Day", "Week", "Month"))
    if daily is not None:
        return (day - start.date()).days % int(daily.findtext("DaysInterval") or 1) == 0
    if weekly is not None:
        return _DAYS[day.weekday()] in {one.tag for one in weekly.iterfind("DaysOfWeek/*")}
    if monthly is not None:
        named = {one.tag for one in monthly.iterfind("Months/*")}
        numbers = {(one.text or "").strip() for one in monthly.iterfind("DaysOfMonth/*")}
        return str(day.day) in numbers and (not named or f"{day:%B}" in named)
    return False


def _repeated(trigger: ET.Element, first: datetime, after: datetime, until: datetime) -> Iterator[datetime]:
    yield first
    interval = seconds(trigger.findtext("Repetition/Interval") or "")
    if not interval:
        return
    length = seconds(trigger.findtext("Repetition/Duration") or "")
    last = until if length is None else min(until, first + timedelta(seconds=length))
    step = timedelta(seconds=interval)
    moment = first + max(0, (after - first) // step) * step
    while moment <= last:
        yield moment
        moment += step
