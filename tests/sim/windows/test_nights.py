"""From the spec to the copy: what is compiled is applied, and the machine's clock makes copies night after night."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from studio_backup.compile import compile_studio
from studio_backup.diff import Change
from tests.sim.windows.copying import GIB, tree
from tests.sim.windows.machine import Windows
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.studio import Studio
from tests.sim.windows.task_store import Task
from tests.windows_copies import CLONE, SESSIONS, STANDBY, studio

BERLIN = ZoneInfo("Europe/Berlin")
#: Two days before the clock goes from 2 to 3.
FRIDAY = datetime(2026, 3, 27, 12, tzinfo=BERLIN)
TASK = "\\studio-backup\\northlight\\ws-a_sessions_standby"
TASK_WORDS = ("\\studio-backup\\northlight\\", "ws-a_sessions_standby")
ADDRESS = "ws-a/windows/scheduled-task/northlight/ws-a_sessions_standby"


class Room:
    """A workstation that was set up by one `apply`, with two disks and nothing else done to it."""

    def __init__(self, windows: Windows) -> None:
        self.windows = windows
        drive = {"type": 3, "total": 1000 * GIB, "free": 600 * GIB, "format": "NTFS"}
        for letter, label, guid in (("S", "Sessions", SESSIONS), ("T", "Standby", STANDBY)):
            windows.state["drives"][letter] = {**drive, "label": label, "guid": guid, "serial": ord(letter)}
            windows.drives.root(letter).mkdir(exist_ok=True)
        spec = studio(CLONE.replace("02:00", "04:00"))
        wanted = compile_studio(spec).of("ws-a/windows")
        self.studio = Studio(windows, wanted, spec.machines["ws-a"])
        self.studio.converge()

    @property
    def task(self) -> Task:
        return self.windows.tasks.tasks[TASK.lower()]

    @property
    def source(self) -> Path:
        return self.windows.drives.root("S")

    @property
    def target(self) -> Path:
        return self.windows.drives.root("T")

    def until(self, day: int, hour: int = 12, month: int = 3) -> None:
        self.windows.tasks.play(moment(day, hour, month))

    def records(self) -> list[dict[str, Any]]:
        folder = self.windows.real(r"C:\ProgramData\studio-backup\state\northlight\runs")
        return [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]

    def runs(self) -> list[str]:
        """Day and hour of each run by its record, and what came of it."""
        return [f"{local(one['started']):%d %H:%M} {one['result']}" for one in self.records()]

    def do(self, program: str) -> None:
        """Somebody at a console."""
        ended = self.windows.run(f"$Path, $Name = $args\n{program}", arguments=TASK_WORDS)
        assert (ended.exit, ended.err) == (0, "")

    def change(self) -> Change:
        return self.studio.change(ADDRESS)


def moment(day: int, hour: int = 12, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=BERLIN).astimezone(UTC)


def local(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, BERLIN)


@pytest.fixture
def room() -> Iterator[Room]:
    with Windows(FRIDAY.astimezone(UTC)) as windows:
        yield Room(windows)
        assert windows.refused() == []


def test_every_night_the_copy_is_made_at_its_hour_summer_or_winter(room: Room) -> None:
    for day in (28, 29, 30):
        (room.source / f"take{day}.wav").write_text(f"take {day}")
        room.until(day)
        assert tree(room.target) == tree(room.source)
    assert room.runs() == ["28 04:00 ok", "29 04:00 ok", "30 04:00 ok"]
    assert len({one["started"] % 86400 for one in room.records()}) == 2, "an hour apart in UTC"
    assert room.studio.differs() == {}


def test_nights_without_power_are_made_up_for_once(room: Room) -> None:
    (room.source / "take.wav").write_text("take")
    room.until(28)
    (room.source / "take.wav").write_text("another")
    room.windows.tasks.off(moment(31, 9))
    assert [item.before for item in room.change().fields] == ["3 runs one after another"]
    room.until(31)
    assert [run.split()[1] for run in room.runs()] == ["04:00", "09:10"]
    assert tree(room.target) == {"take.wav": "another"}
    assert room.studio.differs() == {}


def test_a_run_that_is_killed_is_told_and_the_next_night_makes_the_copy(room: Room) -> None:
    (room.source / "take.wav").write_text("take")
    killed: list[int] = []

    def kill(shell: Shell, *_: object) -> None:
        if not killed:
            killed.append(shell.process.pid)
            shell.process.kill()

    room.windows.before("robocopy.exe", kill)
    room.until(28)
    assert killed
    assert room.change().verb == "watch"
    room.until(29)
    assert room.runs()[-1] == "29 04:00 ok"
    assert tree(room.target) == {"take.wav": "take"}
    assert room.studio.differs() == {}


def test_a_guard_that_refuses_is_told_as_its_own_number(room: Room) -> None:
    room.windows.state["drives"].pop("T")
    room.until(28)
    assert (room.task.result, room.records()[0]["reason"]) == (5, "target-unmounted")
    assert [item.before for item in room.change().fields] == [
        "the run refused to begin; if it makes a copy, its record says why (5)"
    ]


def test_a_task_that_somebody_disabled_makes_none_until_it_is_mended(room: Room) -> None:
    (room.source / "take.wav").write_text("take")
    room.do("$null = Disable-ScheduledTask -TaskPath $Path -TaskName $Name")
    room.until(29)
    assert room.records() == []
    assert room.studio.differs() == {ADDRESS: ("drifted", "update")}
    room.studio.converge()
    room.until(30)
    assert room.runs() == ["30 04:00 ok"]


def test_a_trigger_that_somebody_set_with_the_module_is_found_before_it_moves(room: Room) -> None:
    """Set to the very hour that it had: the module writes it in UTC, and from Sunday on it would be another."""
    (room.source / "take.wav").write_text("take")
    program = "$trigger = New-ScheduledTaskTrigger -Daily -At '04:00'\n"
    program += "$null = Set-ScheduledTask -TaskPath $Path -TaskName $Name -Trigger $trigger"
    room.do(program)
    assert [item.before for item in room.change().fields] == ["daily at 03:00 UTC the year round from 2026-03-27"]
    room.until(29)
    assert room.runs() == ["28 04:00 ok", "29 05:00 ok"]
    room.studio.converge()
    room.until(30)
    assert room.runs()[-1] == "30 04:00 ok"


def test_what_the_spec_leaves_goes_from_the_machine_and_the_copy_stays(room: Room) -> None:
    (room.source / "take.wav").write_text("take")
    room.until(28)
    room.studio.want([])
    room.studio.apply()
    assert TASK.lower() not in room.windows.tasks.tasks
    assert not room.windows.real(r"C:\ProgramData\studio-backup\configuration").exists()
    assert tree(room.target) == tree(room.source) == {"take.wav": "take"}
    room.until(30)
    assert room.runs() == ["28 04:00 ok"]
