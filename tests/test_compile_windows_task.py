"""Schedules as triggers, command lines, folders and files: what is compiled for a Windows system, and read back."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import pytest

from studio_backup.compile.collect import Collector
from studio_backup.compile.windows_files import windows_json, windows_program, windows_state
from studio_backup.compile.windows_task import POWERSHELL, command_line, start_task, triggers
from studio_backup.paths import OUR_WINDOWS, configuration, state
from studio_backup.resource import Unparsable
from studio_backup.resources.folder_acl import FolderAcl
from studio_backup.resources.scheduled_task import ScheduledTask
from studio_backup.resources.task_triggers import duration, trigger_words, trigger_xml
from studio_backup.resources.task_xml import meaning
from studio_backup.resources.windows_file import WindowsFile
from studio_backup.source import Place
from studio_backup.spec.model import Studio, System
from studio_backup.spec.schedule import REALTIME, Schedule
from studio_backup.spec.wording import MalformedError
from tests.laws.scripts import example

PLACE = Place("inventory/studio.yml", 3, 1)
TRIGGERS = {
    "15 min": ("every 15 min",),
    "1 min": ("every 1 min",),
    "hour": ("every hour",),
    "60 min": ("every hour",),
    "6 hours": ("daily at 00:00", "daily at 06:00", "daily at 12:00", "daily at 18:00"),
    "day": ("daily at 00:00",),
    "day at 02:30": ("daily at 02:30",),
    "week": ("weekly on monday at 00:00",),
    "week on sunday at 04:05": ("weekly on sunday at 04:05",),
    "month": ("monthly on 1 at 00:00",),
    "month on 28 at 23:59": ("monthly on 28 at 23:59",),
    "manual": (),
}


def windows() -> tuple[Collector, System, Studio]:
    studio = example()
    machine = next(iter(studio.machines.values()))
    system = System(**{**vars(next(iter(machine.systems.values()))), "name": "windows", "os": "windows"})
    return Collector(studio), system, studio


def compiled(every: str = "day at 02:30") -> ScheduledTask:
    collected, system, _ = windows()
    address = start_task(
        collected, system, "ws-a_sessions_on-nas", Schedule.parse(every), [r"C:\a b\job.ps1"], (), PLACE
    )
    task = collected.compiled().resources[address]
    assert isinstance(task, ScheduledTask)
    return task


@pytest.mark.parametrize("every", TRIGGERS)
def test_each_schedule_has_triggers_that_are_read_back_as_they_were_written(every: str) -> None:
    assert triggers(Schedule.parse(every)) == TRIGGERS[every]
    task = compiled(every)
    read = meaning(task.xml())
    assert read.triggers == task.triggers == TRIGGERS[every]
    assert "Z</StartBoundary>" not in task.xml()
    assert "+0" not in task.xml()


def test_every_form_of_a_schedule_that_can_be_written_has_triggers() -> None:
    texts = [f"{count} min" for count in range(1, 61) if 60 % count == 0]
    texts += [f"{count} hours" for count in range(1, 24) if 24 % count == 0]
    texts += [f"week on {day}" for day in ("mon", "tuesday", "wed", "thu", "fri", "sat", "sun")]
    texts += [f"month on {day} at 03:00" for day in range(1, 29)]
    for text in texts:
        found = triggers(Schedule.parse(text))
        assert 1 <= len(found) <= 48, text  # Task Scheduler takes 48 in one task
        for words in found:
            assert trigger_words(ET.fromstring(trigger_xml(words))) == words


def test_what_no_calendar_has_is_an_error_that_says_what_to_write() -> None:
    with pytest.raises(MalformedError, match="realtime") as raised:
        triggers(REALTIME)
    assert "day at" in raised.value.fix
    for words in ("daily at 02:30 UTC the year round", "once at 00:00", "weekly on someday at 01:00"):
        with pytest.raises(Unparsable):
            trigger_xml(words)


def test_a_task_is_read_back_as_it_was_registered() -> None:
    task = compiled()
    read = meaning(task.xml())
    for name in (
        "owner",
        "description",
        "execute",
        "arguments",
        "directory",
        "account",
        "level",
        "enabled",
        "settings",
    ):
        assert getattr(read, name) == getattr(task, name), name
    assert task.execute == POWERSHELL
    assert task.arguments.endswith(r'-ExecutionPolicy Bypass -File "C:\a b\job.ps1"')
    assert task.owner == f"northlight {task.address}"
    assert "runs as SYSTEM" in task.description


def test_words_that_a_command_line_would_part_otherwise_are_never_written() -> None:
    assert command_line(["-File", r"C:\x\job.ps1", "a b", ""]) == r'-File "C:\x\job.ps1" "a b" ""'
    for word in ('say "no"', "C:\\folder\\"):
        with pytest.raises(AssertionError):
            command_line([word])


@pytest.mark.parametrize(
    ("text", "short"),
    [
        *(
            ("PT72H", "P3D"),
            ("P3D", "P3D"),
            ("PT0S", "PT0S"),
            ("P0D", "PT0S"),
            ("PT90M", "PT1H30M"),
            ("PT900S", "PT15M"),
        ),
        *(("P1DT24H", "P2D"), ("P1M", ""), ("P1Y", ""), ("P", ""), ("PT", ""), ("P1DT", ""), ("3 days", "")),
    ],
)
def test_a_duration_has_one_form(text: str, short: str) -> None:
    assert duration(text) == short


def test_a_file_is_below_folders_that_are_all_closed() -> None:
    collected, system, studio = windows()
    windows_program(collected, system, "windows-standing.ps1", PLACE)
    windows_state(collected, system, "runs", PLACE)
    found = collected.compiled().of(system.full_name)
    folders = {one.name: one for one in found if isinstance(one, FolderAcl)}
    top, kept = configuration(studio.name, "windows"), state(studio.name, "windows")
    names = [f"{kept}\\runs", kept, kept.rpartition("\\")[0], top, top.rpartition("\\")[0]]
    assert {*folders} == {OUR_WINDOWS, *names}
    assert folders[OUR_WINDOWS].requires == ()
    for name in names:
        assert folders[name].requires == (folders[name.rpartition("\\")[0]].address,)


def test_settings_say_whose_they_are_in_their_first_key() -> None:
    collected, system, studio = windows()
    path = f"{configuration(studio.name, 'windows')}\\jobs\\x.json"
    address = windows_json(collected, system, path, PLACE, {"id": "é"})
    one = collected.compiled().resources[address]
    assert isinstance(one, WindowsFile)
    assert one.text.isascii()
    values = json.loads(one.text)
    assert list(values) == ["about", "id"]
    assert values["about"].startswith(f"Written by studio-backup for studio {studio.name}: {one.address} (asked for in")
    assert values["id"] == "é"
