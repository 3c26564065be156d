"""What is registered and what is kept mean the same, and the night stays where it is when the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from studio_backup.compile.windows_task import triggers
from studio_backup.resources.scheduled_task import ScheduledTask
from studio_backup.resources.task_xml import meaning
from studio_backup.source import Place
from studio_backup.spec.schedule import Schedule
from tests.sim.windows.task_times import due
from tests.sim.windows.task_xml import Refused, kept, read

BERLIN = ZoneInfo("Europe/Berlin")
#: The clock goes from 2 to 3, and from 3 back to 2.
SPRING, AUTUMN = datetime(2026, 3, 29, tzinfo=BERLIN), datetime(2026, 10, 25, tzinfo=BERLIN)
SCHEDULES = (
    *("15 min", "hour", "6 hours", "day at 02:30", "day at 04:00"),
    *("week on sunday at 04:00", "month on 25 at 04:00", "manual"),
)


def task(every: str) -> ScheduledTask:
    name = "northlight/ws-a_sessions_on-nas"
    return ScheduledTask(
        system="ws-a/windows", name=name, place=Place("studio.yml", 1, 1),
        owner=f"northlight ws-a/windows/scheduled-task/{name}", description="Sessions & more: <all> \"quoted\"",
        execute=r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe", arguments='-File "C:\\a & b\\job.ps1"',
        directory=r"C:\Windows\System32", triggers=triggers(Schedule.parse(every)),
    )  # fmt: skip


def fires(xml: str, around: datetime, days: int = 1) -> list[datetime]:
    """Local moments, from the midnight before that many days until the midnight after as many."""
    begin = (around - timedelta(days=days)).astimezone(UTC) - timedelta(seconds=1)
    end = (around + timedelta(days=days + 1)).astimezone(UTC) - timedelta(seconds=1)
    return [moment.astimezone(BERLIN) for moment in due(read(xml), begin, end, BERLIN)]


def clocks(xml: str, around: datetime, days: int = 1) -> list[str]:
    return [f"{moment:%d %H:%M}" for moment in fires(xml, around, days)]


@pytest.mark.parametrize("every", SCHEDULES)
def test_what_is_kept_is_another_text_and_means_the_same(every: str) -> None:
    one = task(every)
    back = kept(one.xml(), "\\studio-backup\\northlight\\x", datetime(2026, 11, 27, 3, 0, 1))
    assert back != one.xml()
    assert "<URI>" in back
    assert "<MultipleInstancesPolicy>" not in back
    seen = meaning(back)
    assert seen == meaning(one.xml())
    assert (seen.triggers, seen.owner, seen.settings) == (one.triggers, one.owner, one.settings)
    assert (seen.description, seen.arguments) == (one.description, one.arguments)
    assert meaning(kept(back, "\\x", datetime(2026, 11, 28))) == seen


@pytest.mark.parametrize(("night", "day"), [(SPRING, 29), (AUTUMN, 25)], ids=["spring", "autumn"])
def test_a_night_stays_at_its_hour_when_the_clocks_change(night: datetime, day: int) -> None:
    assert clocks(task("day at 04:00").xml(), night) == [f"{one} 04:00" for one in (day - 1, day, day + 1)]
    assert clocks(task("6 hours").xml(), night, 0) == [f"{day} {hour:02}:00" for hour in (0, 6, 12, 18)]
    assert clocks(task("week on sunday at 04:00").xml(), night, 3) == [f"{day} 04:00"]


@pytest.mark.parametrize("night", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_a_moment_in_utc_moves_and_is_drift(night: datetime) -> None:
    ours = task("day at 04:00")
    moved = ours.xml().replace("T04:00:00<", "T03:00:00Z<")
    hours = {f"{moment:%H:%M}" for moment in fires(moved, night)}
    assert hours == {"04:00", "05:00"}
    assert meaning(moved).triggers != ours.triggers


def test_each_night_has_one_run_at_half_past_two_whatever_the_clock_does() -> None:
    assert clocks(task("day at 02:30").xml(), SPRING) == ["28 02:30", "29 03:30", "30 02:30"]
    autumn = fires(task("day at 02:30").xml(), AUTUMN)
    assert [f"{moment:%d %H:%M} {moment.fold}" for moment in autumn] == ["24 02:30 0", "25 02:30 0", "26 02:30 0"]


@pytest.mark.parametrize(("every", "step"), [("hour", 60), ("15 min", 15)])
@pytest.mark.parametrize("night", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_what_repeats_has_neither_gap_nor_double(every: str, step: int, night: datetime) -> None:
    moments = [moment.astimezone(UTC) for moment in fires(task(every).xml(), night)]
    assert {after - before for before, after in pairwise(moments)} == {timedelta(minutes=step)}
    hours = 72 - (1 if night is SPRING else -1)
    assert len(moments) == hours * 60 // step


def test_what_is_no_task_is_refused_in_its_words() -> None:
    for text in ("C:\\task.xml", "<Task/>", task("hour").xml().replace("<Command>", "<command>")):
        with pytest.raises(Refused):
            kept(text, "\\x", datetime(2026, 11, 27))
    with pytest.raises(Refused, match="Interval:PT30S"):
        kept(task("1 min").xml().replace("PT1M", "PT30S"), "\\x", datetime(2026, 11, 27))
