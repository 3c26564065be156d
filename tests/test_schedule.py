"""Schedules: every form, one canonical text, and systemd's own opinion of the calendar."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_backup.spec.schedule import DAY, HOUR, MANUAL_LIMIT, Schedule
from studio_backup.spec.wording import MalformedError

FORMS = [
    ("hour", "hour", HOUR, "*-*-* *:00:00"),
    ("60 min", "hour", HOUR, "*-*-* *:00:00"),
    ("1 hour", "hour", HOUR, "*-*-* *:00:00"),
    ("15 min", "15 min", 900, "*-*-* *:00/15:00"),
    ("5min", "5 min", 300, "*-*-* *:00/05:00"),
    ("6 hours", "6 hours", 6 * HOUR, "*-*-* 00/06:00:00"),
    ("day at 02:30", "day at 02:30", DAY, "*-*-* 02:30:00"),
    ("'day at 2:30'", "day at 02:30", DAY, "*-*-* 02:30:00"),
    ("every day", "day at 00:00", DAY, "*-*-* 00:00:00"),
    ("week on sunday at 04:00", "week on sunday at 04:00", 7 * DAY, "Sun *-*-* 04:00:00"),
    ("Week on SUN at 04:00", "week on sunday at 04:00", 7 * DAY, "Sun *-*-* 04:00:00"),
    ("month on 1 at 03:00", "month on 1 at 03:00", 31 * DAY, "*-*-01 03:00:00"),
    ("month", "month on 1 at 00:00", 31 * DAY, "*-*-01 00:00:00"),
    ("manual", "manual", 0, ""),
]


@pytest.mark.parametrize(("text", "canonical", "period", "calendar"), FORMS)
def test_forms(text: str, canonical: str, period: int, calendar: str) -> None:
    schedule = Schedule.parse(text)
    assert (schedule.text, schedule.period, schedule.on_calendar()) == (canonical, period, calendar)
    assert Schedule.parse(schedule.text) == schedule


@pytest.mark.parametrize(
    "text",
    [
        "", "22:30", "houre", "7 min",
        "0 min", "24 hours", "5 hours", "2 days", "day at 24:00", "day at 02:60",
        "day on monday", "hour at 02:30", "week on sonday", "week on 3", "month on 29", "month on 0",
        "month on sunday", "day at 02:30; reboot", "day at 02:30\nOnCalendar=x",
    ],
)  # fmt: skip
def test_what_is_no_schedule_says_what_would_be(text: str) -> None:
    with pytest.raises(MalformedError) as raised:
        Schedule.parse(text)
    assert raised.value.fix


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("hour", 2 * HOUR + 900),
        ("15 min", 2 * 900 + 900),
        ("day", 2 * DAY + 6 * HOUR),
        ("manual", MANUAL_LIMIT),
    ],
)
def test_age_limit_is_two_periods_and_a_grace(text: str, limit: int) -> None:
    assert Schedule.parse(text).max_age() == limit


@given(st.text(max_size=40))
def test_any_text_is_a_schedule_or_malformed(text: str) -> None:
    try:
        schedule = Schedule.parse(text)
    except MalformedError:
        return
    assert Schedule.parse(schedule.text) == schedule
    assert schedule.on_calendar().isprintable()


def test_systemd_understands_every_calendar() -> None:
    """Where systemd is, it must accept the text, and its next elapses must lie one period apart."""
    analyze = shutil.which("systemd-analyze")
    calendars = [
        schedule.calendar for schedule in map(Schedule.parse, [form[0] for form in FORMS]) if schedule.calendar
    ]
    for calendar in calendars:
        assert calendar.count(":") == 2
        if analyze:
            subprocess.run([analyze, "calendar", calendar], check=True, capture_output=True, timeout=30)
