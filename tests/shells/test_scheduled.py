"""What launchd starts: due exactly when its calendar said so since the last start, in every shell, at every turn."""

from __future__ import annotations

import shlex
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from studio_backup.compile.starting import calendar, calendar_words
from studio_backup.spec.schedule import Schedule
from tests.sandbox import SHELLS
from tests.sim.macos.launchd import due

PROGRAM = Path(__file__).parents[2] / "studio_backup/jobs/scheduled.sh"
EVERY = (
    "1 min", "15 min", "hour", "6 hours", "day at 02:30", "day at 00:00", "week on sunday at 04:00",
    "week on monday at 23:59", "month on 1 at 03:00", "month on 28 at 00:00",
)  # fmt: skip
#: Turns of the hour, the day, the week, the month and the year, and leap days.
TURNS = (
    datetime(2026, 3, 1), datetime(2024, 2, 29, 3), datetime(2024, 3, 1, 2, 59), datetime(2026, 1, 1),
    datetime(2026, 1, 1, 3), datetime(2026, 3, 2, 4), datetime(2026, 3, 8, 4), datetime(2026, 2, 28),
    datetime(2026, 3, 2, 2, 30), datetime(2027, 3, 1, 3),
)  # fmt: skip


def moments(chance: Random) -> list[datetime]:
    spans = (-3600, -60, -1, 0, 1, 119, 121, 3600, 86400 * 3)
    return [turn + timedelta(seconds=span + chance.choice([0, 0, 7])) for turn in TURNS for span in spans]


def last_moment(every: Schedule, now: datetime) -> datetime:
    """When its calendar last said so: the look of somebody who counts minutes."""
    plist = {"StartCalendarInterval": calendar(every)}
    for days in range(33):
        until = now - timedelta(days=days)
        found = due(plist, until - timedelta(days=1), until)
        if found:
            return found[-1]
    raise AssertionError(now)


def epoch(moment: datetime) -> int:
    return int((moment - datetime(1970, 1, 1)).total_seconds())


def asked(every: Schedule, now: datetime, last: datetime, folder: Path, number: int) -> str:
    """Lines of sh: one start at `now`, after one at `last`."""
    fields = now.strftime(f"{epoch(now)} %Y %m %d %H %M %S {now.isoweekday()}")
    words = shlex.join([str(folder), f"j{number}", *calendar_words(every), "echo", f"ran {number}"])
    return (f"echo {epoch(last)} >{folder}/started/j{number}\n"
            f"( date() {{ echo '{fields}'; }}; set -- {words}; . {PROGRAM} )\n")  # fmt: skip


@pytest.mark.parametrize("shell", SHELLS)
def test_it_is_due_when_its_calendar_said_so(shell: str, tmp_path: Path) -> None:
    chance, script, wanted = Random(6), f"mkdir -p {tmp_path}/started\n", set()
    number = 0
    for text in EVERY if shell == "dash" else chance.sample(EVERY, 3):
        every = Schedule.parse(text)
        for now in chance.sample(moments(chance), 6):
            moment = last_moment(every, now)
            for last in (moment - timedelta(seconds=1), moment + timedelta(seconds=1), now + timedelta(days=1)):
                script += asked(every, now, last, tmp_path, number)
                if last < moment or last > now or (now - moment).total_seconds() <= 120:
                    wanted.add(f"ran {number}")
                number += 1
    done = subprocess.run([*SHELLS[shell], "-s"], input=script, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert set(done.stdout.splitlines()) == wanted
    assert len(wanted) < number  # some were not due


def test_the_first_start_waits_for_the_calendar_and_a_request_does_not(tmp_path: Path) -> None:
    every, now = Schedule.parse("day at 02:30"), datetime(2026, 3, 2, 12)
    words = shlex.join([str(tmp_path), "j", *calendar_words(every), "echo", "ran"])
    fields = f"{epoch(now)} 2026 03 02 12 00 00 1"
    script = f"date() {{ echo '{fields}'; }}\nset -- {words}\n( . {PROGRAM} )\ncat {tmp_path}/started/j\n"
    done = subprocess.run(["dash", "-s"], input=script, capture_output=True, text=True, check=True)
    assert done.stdout == f"{epoch(now)}\n"
    (tmp_path / "accept").mkdir()
    (tmp_path / "accept/j.now").touch()
    assert subprocess.run(["dash", "-s"], input=script, capture_output=True, text=True, check=True).stdout.startswith(
        "ran\n"
    )
    (tmp_path / "accept/j.now").unlink()
    (tmp_path / "started/j").write_text("nonsense\n", encoding="utf-8")
    assert subprocess.run(["dash", "-s"], input=script, capture_output=True, text=True, check=True).stdout.startswith(
        "ran\n"
    )
