"""When a scheduled task starts, in words: each trigger of its XML read, and ours written."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable

from studio_backup.resource import Unparsable

#: The day from which ours count. A moment without a zone is the system's own time, whatever summer does to its clock.
FIRST_DAY = "2020-01-01"
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DURATION = re.compile(r"P(?=[0-9T])(?:(\d+)D)?(?:T(?=[0-9])(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.0+)?S)?)?")
_BOUNDARY = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?(?:\.\d+)?(Z|[+-]\d\d:\d\d)?")
_EVERY = re.compile(r"every (?:(\d+) min|(hour))")
_AT = re.compile(r"(daily|weekly on ([a-z]+)|monthly on (\d+)) at (\d\d:\d\d)")


def flag(value: str) -> str:
    """`true` or `false` of a boolean of XML Schema; nothing for any other text."""
    return {"true": "true", "1": "true", "false": "false", "0": "false"}.get(value, "")


def duration(value: str) -> str:
    """A duration in its one shortest form (PT72H is P3D); nothing for what is none, or has months."""
    found = _DURATION.fullmatch(value)
    if not found:
        return ""
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    minutes, seconds = minutes + seconds // 60, seconds % 60
    hours, minutes = hours + minutes // 60, minutes % 60
    days, hours = days + hours // 24, hours % 24
    date = f"{days}D" if days else ""
    time = "".join(f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if count)
    return f"P{date}" + (f"T{time}" if time else "") if date or time else "PT0S"


def trigger_words(trigger: ET.Element) -> str:
    """One trigger; what is not known in it is told by its name, so that nothing of it is taken for ours."""
    values = {child.tag: (child.text or "").strip() for child in trigger}
    known = {"StartBoundary", "Enabled", "Repetition"}
    if trigger.tag == "TimeTrigger":
        base = "once"
    elif trigger.tag == "CalendarTrigger":
        schedules = [child for child in trigger if child.tag.startswith("ScheduleBy")]
        known |= {child.tag for child in schedules}
        base = _calendar(schedules[0]) if len(schedules) == 1 else f"by {len(schedules)} calendars"
    else:
        base = trigger.tag
    words = _repeated(f"{base}{_moment(values.get('StartBoundary', ''))}", trigger)
    if flag(values.get("Enabled", "true")) != "true":
        words += ", disabled"
    for name in sorted(set(values) - known):
        value = duration(values[name]) or values[name]
        if (name, value) != ("RandomDelay", "PT0S"):
            words += f", {name} {value}".rstrip()
    return words


def _calendar(schedule: ET.Element) -> str:
    days = [child.tag.lower() for child in schedule.iterfind("DaysOfWeek/*")]
    numbers = [(child.text or "").strip() for child in schedule.iterfind("DaysOfMonth/*")]
    months = {child.tag for child in schedule.iterfind("Months/*")}
    match schedule.tag:
        case "ScheduleByDay":
            count = (schedule.findtext("DaysInterval") or "1").strip()
            return "daily" if count == "1" else f"every {count} days"
        case "ScheduleByWeek":
            count = (schedule.findtext("WeeksInterval") or "1").strip()
            return f"{'weekly' if count == '1' else f'every {count} weeks'} on {_joined(sorted(days, key=_weekday))}"
        case "ScheduleByMonth" if months in ({*_MONTHS}, set()):
            return f"monthly on {_joined(numbers)}"
    named = [month for month in _MONTHS if month in months]
    return f"by {schedule.tag} {' '.join([*named, *numbers, *days])}".rstrip()


def _weekday(name: str) -> int:
    return _DAYS.index(name) if name in _DAYS else len(_DAYS)


def _joined(words: Iterable[str]) -> str:
    return ", ".join(words) or "no day"


def _moment(boundary: str) -> str:
    if not boundary:
        return ""
    found = _BOUNDARY.fullmatch(boundary)
    if not found:
        return f" at {boundary}"
    date, clock, seconds, zone = found.groups()
    seconds = seconds if seconds not in (None, ":00") else ""
    # With a zone, the hour moves with summer time; the scheduler's own cmdlet writes one where nobody asked.
    where = f" {'UTC' if zone == 'Z' else zone} the year round" if zone else ""
    return f" at {clock}{seconds}{where}" + ("" if date == FIRST_DAY else f" from {date}")


def _repeated(words: str, trigger: ET.Element) -> str:
    repetition = trigger.find("Repetition")
    if repetition is None or repetition.find("Interval") is None:
        return words
    interval, limit = (
        duration((repetition.findtext(name) or "").strip()) or (repetition.findtext(name) or "").strip()
        for name in ("Interval", "Duration")
    )
    stops = flag((repetition.findtext("StopAtDurationEnd") or "false").strip()) != "false"
    minutes = re.fullmatch(r"PT(\d+)M", interval)
    if words == "once at 00:00" and not limit and not stops and (minutes or interval == "PT1H"):
        return f"every {minutes[1]} min" if minutes else "every hour"
    return f"{words}, then each {interval}{f' for {limit}' if limit else ''}{', and ended then' if stops else ''}"


def trigger_xml(words: str) -> str:
    """The XML of one of ours: `every 15 min`, `every hour`, `daily at`, `weekly on DAY at`, `monthly on N at HH:MM`."""
    every, at = _EVERY.fullmatch(words), _AT.fullmatch(words)
    if every:
        interval = f"PT{every[1]}M" if every[1] else "PT1H"
        return (
            f"<TimeTrigger><StartBoundary>{FIRST_DAY}T00:00:00</StartBoundary>"
            f"<Repetition><Interval>{interval}</Interval></Repetition></TimeTrigger>"
        )
    if not at or (at[2] and at[2] not in _DAYS):
        raise Unparsable(f"'{words}' is not a trigger that is written")
    if at[2]:
        days = f"<DaysOfWeek><{at[2].title()}/></DaysOfWeek>"
        schedule = _element("ScheduleByWeek", f"<WeeksInterval>1</WeeksInterval>{days}")
    elif at[3]:
        months = "".join(f"<{month}/>" for month in _MONTHS)
        days = f"<DaysOfMonth><Day>{at[3]}</Day></DaysOfMonth>"
        schedule = _element("ScheduleByMonth", f"{days}<Months>{months}</Months>")
    else:
        schedule = _element("ScheduleByDay", "<DaysInterval>1</DaysInterval>")
    boundary = f"<StartBoundary>{FIRST_DAY}T{at[4]}:00</StartBoundary>"
    return _element("CalendarTrigger", boundary + schedule)


def _element(name: str, inside: str) -> str:
    return f"<{name}>{inside}</{name}>"
