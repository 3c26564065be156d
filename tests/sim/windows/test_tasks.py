"""Scheduled tasks on the stand-in: made in one run, mended after every hand, started by the clock, never cut short."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from studio_backup.compile.collect import Collector
from studio_backup.compile.windows_files import windows_state, windows_text
from studio_backup.compile.windows_task import start_task
from studio_backup.diff import Present
from studio_backup.paths import below, configuration, state
from studio_backup.resource import Resource
from studio_backup.resources.scheduled_task import ScheduledTask
from studio_backup.spec.schedule import Schedule
from tests.laws.scripts import example
from tests.sim.windows.machine import Windows
from tests.sim.windows.powershell.faults import NetError
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.values import Hashtable
from tests.sim.windows.studio import NAME, PLACE, STUDIO, SYSTEM, Studio
from tests.sim.windows.task_store import NEVER_RAN, REFUSED, RUNNING, Task

BERLIN = ZoneInfo("Europe/Berlin")
TASK = f"\\studio-backup\\{STUDIO}\\ws-a_sessions_on-nas"
ADDRESS = f"{NAME}/scheduled-task/{STUDIO}/ws-a_sessions_on-nas"
NOTES = below(state(STUDIO, "windows"), "runs", "notes")
#: Notes the moment and who it runs as, works for so many hours, ends with a number.
PROGRAM = """param([string] $Notes, [int] $Hours, [int] $Code)
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
[IO.File]::AppendAllText($Notes, "$([DateTime]::UtcNow.ToString('o')) $env:USERNAME`n")
if ($Hours -gt 0) { Start-Sleep -Seconds (3600 * $Hours) }
exit $Code
"""


def wanted(every: str = "day at 02:30", hours: int = 0, code: int = 0) -> list[Resource]:
    """A task, its program, and the folders of both."""
    collected = Collector(example())
    path = below(configuration(STUDIO, "windows"), "notes.ps1")
    needs = (
        windows_text(collected, SYSTEM, path, PLACE, PROGRAM),
        windows_state(collected, SYSTEM, "runs", PLACE),
    )
    words = [path, "-Notes", NOTES, "-Hours", str(hours), "-Code", str(code)]
    start_task(collected, SYSTEM, "ws-a_sessions_on-nas", Schedule.parse(every), words, needs, PLACE)
    return list(collected.compiled().resources.values())


def made(windows: Windows, every: str = "day at 02:30", hours: int = 0, code: int = 0) -> tuple[Studio, Task]:
    studio = Studio(windows, wanted(every, hours, code))
    studio.converge()
    return studio, windows.tasks.tasks[TASK.lower()]


def notes(windows: Windows) -> list[datetime]:
    """When it ran, by its own notes."""
    lines = windows.real(NOTES).read_text().splitlines()
    return [datetime.fromisoformat(line.split()[0][:26] + "+00:00") for line in lines]


def local(windows: Windows) -> list[str]:
    return [f"{moment.astimezone(BERLIN):%d %H:%M}" for moment in notes(windows)]


def at(day: int, hour: int = 12, month: int = 3, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


#: The forms that differ most; the rest with --all.
_EVERY = ("15 min", "6 hours", "month on 28", "manual")
_MORE = tuple(pytest.param(every, marks=pytest.mark.long) for every in ("hour", "day at 02:30", "week on sun"))


@pytest.mark.parametrize("every", [*_EVERY, *_MORE])
def test_one_run_makes_it_and_a_second_finds_nothing_to_do(windows: Windows, every: str) -> None:
    studio, task = made(windows, every)
    assert (task.result, task.state) == (NEVER_RAN, (3, "Ready"))
    studio.want([])
    studio.converge()
    assert TASK.lower() not in windows.tasks.tasks
    assert not [folder for folder in windows.tasks.folders if "studio-backup" in folder]
    assert not windows.real(configuration(STUDIO, "windows")).exists()


def test_each_night_starts_the_program_as_system_and_the_result_is_known(windows: Windows) -> None:
    studio, task = made(windows)
    windows.tasks.play(at(5))
    assert local(windows) == ["03 02:30", "04 02:30", "05 02:30"]
    assert {line.split()[1] for line in windows.real(NOTES).read_text().splitlines()} == {"WS-A$"}
    assert (task.result, studio.differs()) == (0, {})


@pytest.mark.parametrize(("month", "day"), [(3, 29), (10, 25)], ids=["spring", "autumn"])
def test_the_night_stays_at_its_hour_when_the_clocks_change(month: int, day: int) -> None:
    with Windows(at(day - 2, 12, month)) as windows:
        made(windows, "day at 04:00")
        windows.tasks.play(at(day + 1, 12, month))
        assert local(windows) == [f"{one} 04:00" for one in (day - 1, day, day + 1)]
        assert windows.refused() == []


def test_what_ends_badly_is_told_and_changes_nothing(windows: Windows) -> None:
    studio, _ = made(windows, code=1)
    windows.tasks.play(at(3))
    change = studio.change(ADDRESS)
    assert (change.verb, [item.before for item in change.fields]) == (
        "watch",
        ["the run failed; if it makes a copy, its record says why (1)"],
    )
    assert studio.apply().results == {}


@pytest.mark.parametrize("code", [3, 6])
def test_away_and_busy_are_no_fault(windows: Windows, code: int) -> None:
    studio, task = made(windows, code=code)
    windows.tasks.play(at(3))
    assert (task.result, studio.differs()) == (code, {})


def test_a_first_copy_of_days_is_not_cut_short_as_a_task_by_default_is(windows: Windows) -> None:
    _, ours = made(windows, hours=100)
    other = windows.tasks.register("\\other", without(ours.xml, "ExecutionTimeLimit"))
    windows.tasks.play(at(3, 3))
    assert (ours.state[1], ours.result) == ("Running", RUNNING)
    windows.tasks.play(at(6, 2, minute=29))
    assert (ours.result, other.result) == (RUNNING, RUNNING)
    windows.tasks.play(at(6, 2, minute=31))
    assert other.history[:2] == [(at(3, 2, minute=30), "started"), (at(6, 2, minute=30), "terminated")]
    windows.tasks.play(at(7))
    assert ours.history == [(at(3, 2, minute=30), "started"), (at(7, 6, minute=30), "ended")]
    assert (ours.state[1], ours.result) == ("Ready", 0)


def without(xml: str, name: str) -> str:
    return xml.replace(f"<{name}>PT0S</{name}>", "")


def test_a_run_under_way_keeps_its_task_from_every_change_and_goes_on(windows: Windows) -> None:
    studio, task = made(windows, hours=10)
    windows.tasks.play(at(3, 5))
    assert (task.state[1], studio.differs()) == ("Running", {})
    for asked in ([], wanted("day at 04:00", hours=10)):
        studio.want(asked)
        failed = [one for one in studio.apply().failed if one.change.address == ADDRESS]
        assert failed[0].reason.startswith("refused by its guard")
        assert "a run of it is under way, which goes on to its end" in failed[0].log
        assert windows.tasks.tasks[TASK.lower()] is task
        assert task.state[1] == "Running"
    windows.tasks.play(at(3, 13))
    assert (task.state[1], task.result) == ("Ready", 0)
    studio.converge()
    assert "T04:00:00<" in windows.tasks.tasks[TASK.lower()].xml
    studio.want([])
    studio.converge()
    assert TASK.lower() not in windows.tasks.tasks


def test_a_run_under_way_is_known_by_the_number_of_its_state_too(windows: Windows) -> None:
    windows.state["lies"]["task-states"] = True
    studio, task = made(windows, hours=10)
    windows.tasks.play(at(3, 5))
    studio.want(wanted("day at 04:00", hours=10))
    assert "a run of it is under way" in studio.apply().failed[0].log
    assert windows.tasks.tasks[TASK.lower()] is task


def test_no_second_run_starts_beside_the_first(windows: Windows) -> None:
    _, task = made(windows, "hour", hours=5)
    windows.tasks.play(at(2, 23, minute=59))
    assert len(notes(windows)) == len(task.started()) == 2
    assert windows.tasks.start(task) == REFUSED


def test_it_starts_on_battery_where_a_task_by_default_does_not(windows: Windows) -> None:
    studio, ours = made(windows)
    other = windows.tasks.register("\\other", ours.xml.replace("<DisallowStartIfOnBatteries>false", "<Hidden>false")
                                   .replace("</DisallowStartIfOnBatteries>", "</Hidden>"))  # fmt: skip
    windows.tasks.battery = True
    windows.tasks.play(at(3))
    assert (ours.result, other.result) == (0, REFUSED)
    assert len(notes(windows)) == 1
    ours.result = REFUSED
    assert "on battery" in str(studio.change(ADDRESS).fields[0].before)


def test_what_was_missed_switched_off_is_made_up_for_once(windows: Windows) -> None:
    studio, task = made(windows)
    windows.tasks.off(at(6, 9))
    assert task.missed == 4
    assert [(item.name, item.before) for item in studio.change(ADDRESS).fields] == [
        ("missed", "4 runs one after another")
    ]
    windows.tasks.play(at(6))
    assert local(windows) == ["06 09:10"]
    assert (task.missed, studio.differs()) == (0, {})
    windows.tasks.play(at(7))
    assert local(windows)[1:] == ["07 02:30"]


HANDS = {
    "disabled": ("<Settings>", "<Settings><Enabled>false</Enabled>", "enabled"),
    "in UTC": ("T02:30:00<", "T01:30:00Z<", "triggers"),
    "another hour": ("T02:30:00<", "T03:30:00<", "triggers"),
    "a limit": ("PT0S", "PT4H", "settings"),
    "another program": ("powershell.exe", "pwsh.exe", "execute"),
    "other arguments": ("-Hours 0", "-Hours 1", "arguments"),
    "another account": ("S-1-5-18", "WS-A\\tech", "account"),
    "other words": ("Edits show", "Edits pass", "description"),
    "a trigger more": ("<Triggers>", "<Triggers><BootTrigger/>", "triggers"),
}


@pytest.mark.parametrize("hand", HANDS)
def test_a_hand_at_it_is_drift_and_mended(windows: Windows, hand: str) -> None:
    studio, task = made(windows)
    before, after, field = HANDS[hand]
    assert before in task.xml
    windows.tasks.register(TASK, task.xml.replace(before, after))
    change = studio.change(ADDRESS)
    assert (change.verb, [item.name for item in change.fields]) == ("update", [field])
    assert studio.differs() == {ADDRESS: ("drifted", "update")}
    studio.converge()
    assert windows.tasks.tasks[TASK.lower()].xml.replace(after, before).count(before) == task.xml.count(before)


def test_one_that_was_deleted_is_made_again(windows: Windows) -> None:
    studio, task = made(windows)
    windows.tasks.unregister(task)
    assert studio.differs() == {ADDRESS: ("drifted", "create")}
    studio.converge()


def test_a_task_of_somebody_else_under_our_name_is_left_alone(windows: Windows) -> None:
    studio, task = made(windows)
    for xml in (
        task.xml.replace("studio-backup for studio northlight", "studio-backup for studio southlight"),
        task.xml.replace("studio-backup for studio northlight", "somebody"),
    ):
        theirs = windows.tasks.register(TASK, xml)
        change = studio.change(ADDRESS)
        assert change.verb == "conflict"
        assert "rename or delete \\studio-backup\\northlight\\ws-a_sessions_on-nas" in change.fix
        studio.apply()
        assert windows.tasks.tasks[TASK.lower()] is theirs


def test_what_changed_since_the_plan_is_not_replaced(windows: Windows) -> None:
    studio, task = made(windows)
    planned = wanted("day at 05:00")
    studio.want(planned)
    before = studio.change(ADDRESS)
    windows.tasks.register(TASK, task.xml.replace("T02:30:00<", "T03:30:00<"))
    assert isinstance(before.want, ScheduledTask)
    assert isinstance(before.seen, Present)
    assert isinstance(before.seen.value, ScheduledTask)
    (step,) = before.want.update(before.seen.value, frozenset({"triggers"}))
    ran = windows.run(f"$Words = @($args[0])\n{step.guard}", arguments=(step.args[0],))
    assert ran.error is not None
    assert "not the task that was seen" in ran.error.exception.message


def test_a_broken_task_of_somebody_else_makes_nothing_absent_and_keeps_nothing_from_us(windows: Windows) -> None:
    studio = Studio(windows, wanted())
    windows.tasks.broken.append("The system cannot find the file specified.")

    def refuse(_: Shell, __: str, bound: Hashtable) -> None:
        if bound.get("ComObject"):
            raise NetError("System.Runtime.InteropServices.COMException", "The service is not available.", -2147023781)

    assert studio.change(ADDRESS).verb == "create"
    windows.before("New-Object", refuse)
    change = studio.change(ADDRESS)
    assert (change.verb, change.reason) == (
        "unread", "not every task could be listed: The system cannot find the file specified."
    )  # fmt: skip
    assert "mend or delete the task" in change.fix
    windows._hooks.clear()
    studio.converge()
    windows.tasks.register(f"{TASK}-two", windows.tasks.tasks[TASK.lower()].xml)
    assert studio.differs() == {}


def test_a_listing_that_is_refused_or_never_ends_is_unread(windows: Windows) -> None:
    studio = Studio(windows, wanted())
    windows.hang("Get-ScheduledTask")
    assert studio.change(ADDRESS).verb == "unread"
    assert TASK.lower() not in windows.tasks.tasks


def test_a_folder_with_a_task_of_somebody_in_it_stays(windows: Windows) -> None:
    studio, task = made(windows)
    windows.tasks.register(f"\\studio-backup\\{STUDIO}\\theirs", task.xml)
    studio.want([])
    studio.converge()
    assert [path for path in windows.tasks.tasks if "studio-backup" in path] == [f"\\studio-backup\\{STUDIO}\\theirs"]


def test_one_started_by_hand_is_followed_to_its_end(windows: Windows) -> None:
    """As `run` does it: the one who starts it waits, and time passes for both."""
    _, task = made(windows, "manual", hours=2)
    name = json.dumps(TASK.rpartition("\\")[2])
    program = f"""
        Start-ScheduledTask -TaskPath '\\studio-backup\\{STUDIO}\\' -TaskName {name}
        $states = @()
        for ($look = 0; $look -lt 4; $look++) {{
            $states += "$((Get-ScheduledTask -TaskName {name}).State)"
            Start-Sleep -Seconds 3000
        }}
        $states -join ' '"""
    ran = windows.run(program)
    assert ran.emitted == ["Running Running Running Ready"]
    assert (task.result, windows.now - at(2, 13)) == (0, timedelta(seconds=12000))
