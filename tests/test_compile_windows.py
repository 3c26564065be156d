"""The Windows side of copies, compiled: what stands there, in which order, and what the job is told."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any

import pytest

from studio_backup.capacity import Room
from studio_backup.compile import compile_studio, not_set_up, routes
from studio_backup.compile.windows import JOB_PARTS
from studio_backup.diff import Absent, Present, Seen, compare
from studio_backup.overflow import overflows
from studio_backup.probe import Reply
from studio_backup.programs import shipped
from studio_backup.resources.scheduled_task import ScheduledTask
from studio_backup.resources.share_credential import ShareCredential
from studio_backup.resources.windows_file import WindowsFile
from studio_backup.resources.windows_volume import WindowsVolume
from studio_backup.running import preview, start
from studio_backup.spec.model import Studio
from studio_backup.status import probe, standings
from studio_backup.survey import Answered
from tests.windows_copies import CLONE, PUSH, SESSIONS, STANDBY, problems, route, studio

TOP = r"ws-a/windows/windows-file/C:\ProgramData\studio-backup\configuration\northlight"
STATE = r"C:\ProgramData\studio-backup\state\northlight"


def told(spec: Studio, name: str) -> dict[str, Any]:
    """The configuration of one job."""
    file = compile_studio(spec).resources[rf"{TOP}\jobs\{name}.json"]
    assert isinstance(file, WindowsFile)
    values: dict[str, Any] = json.loads(file.text)
    return values


def test_a_push_is_a_task_that_needs_its_job_its_password_and_its_volume() -> None:
    found = compile_studio(studio(PUSH)).resources
    task = found["ws-a/windows/scheduled-task/northlight/ws-a_sessions_on-nas"]
    assert isinstance(task, ScheduledTask)
    password = found[rf"ws-a/windows/share-credential/{STATE}\credentials\ws-a_sessions_on-nas"]
    assert isinstance(password, ShareCredential)
    assert (password.password, password.source and password.source.reference) == ("set from env:WS_A", "env:WS_A")
    parts = {rf"{TOP}\{part}" for part in JOB_PARTS}
    assert parts < set(found)
    assert task.needs() >= {
        *parts, password.address, "ws-a/windows/windows-volume/S:\\", "ws-a/windows/windows-sentinel/S:\\",
        rf"{TOP}\jobs\ws-a_sessions_on-nas.json", rf"ws-a/windows/folder-acl/{STATE}\runs",
    }  # fmt: skip
    assert task.triggers == ("every hour",)
    assert task.arguments.endswith(r'\jobs\ws-a_sessions_on-nas.json" -Action run')
    assert not [address for address in found if "/file/" in address and address.startswith("ws-a/")]


def test_the_job_reads_every_part_that_stands_beside_it() -> None:
    named = re.findall(r"'([a-z-]+)'", shipped("job.ps1").split("$parts = ")[1].split("foreach")[0])
    assert [f"{name}.ps1" for name in named] == list(JOB_PARTS[1:])


def test_a_push_is_told_where_it_lands() -> None:
    spec = studio(PUSH, path="Audio", quiet="10 min")
    values, way = told(spec, "ws-a_sessions_on-nas"), route(spec, "on-nas")
    assert (values["kind"], values["server"], values["port"]) == ("push", "10.0.0.20", 445)
    assert (values["share"], values["user"]) == (way.share, way.lander)
    assert (values["source_path"], values["source_root"], values["source_id"]) == ("S:\\Audio", "S:\\", SESSIONS)
    assert values["source_sentinel"] == f"northlight\tws-a/sessions\t{SESSIONS}"
    assert (values["quiet"], values["quiet_limit"], values["busy_patterns"]) == (600, 43200, [r"(?:.*/)?[^/]*\.ptxlck"])
    assert r"(?:.*/)?[^/]*\.tmp" in values["exclude"]
    assert r"System\ Volume\ Information" in values["exclude_folders"]
    assert "WS_A" not in json.dumps(values), "where the password is to be found is no matter of the machine's"


def test_a_clone_is_told_both_of_its_volumes() -> None:
    values = told(studio(CLONE, more=", floor: 7, brake: {percent: 5, files: 3}"), "ws-a_sessions_standby")
    assert (values["kind"], values["target"], values["target_root"]) == ("clone", "T:\\", "T:\\")
    assert (values["target_id"], values["target_sentinel"]) == (STANDBY, f"northlight\tws-a/standby\t{STANDBY}")
    assert (values["floor"], values["brake_percent"], values["brake_files"]) == (7, 5, 3)
    assert compile_studio(studio(CLONE)).of("nas/linux") == []


def test_a_file_system_that_keeps_local_time_is_not_told_of() -> None:
    """Which one it is, the job asks when it runs: a volume may be formatted anew."""
    assert "exfat" not in json.dumps(told(studio(PUSH, filesystem="exfat"), "ws-a_sessions_on-nas"))


def test_what_windows_does_is_set_up_and_what_it_does_not_is_a_problem() -> None:
    assert not_set_up(studio()) == []
    (said,) = not_set_up(studio(alarm="mail: kim@studio.example"))
    assert said.startswith("ws-a/windows runs windows: the alarm of its machine is not sounded there")
    assert not [one for one in compile_studio(studio(alarm="mail: kim@studio.example")).resources if "alarm" in one]
    pulled = PUSH.replace("transfer: push, password: {env: WS_A}, ", "")
    assert [problem.code for problem in problems(pulled)] == ["SB408"]
    versioned = CLONE.replace(", mode: clone", ", keep: {daily: 3}")
    (problem,) = problems(versioned)
    assert (problem.code, "mode: clone" in problem.fix) == ("SB407", True)


@pytest.mark.parametrize(("made", "free", "told"), [(False, 10, True), (True, 10, False), (False, 90, False)])
def test_a_clone_that_cannot_fit_is_told_by_plan(made: bool, free: int, told: bool) -> None:
    spec = studio(CLONE, whole=True)
    seen = []
    for want in compile_studio(spec).resources.values():
        found: Seen = Present(want) if made or not isinstance(want, ScheduledTask) else Absent()
        if isinstance(want, WindowsVolume):
            room = Room(100 * 10**9, (40 if want.name == "S:\\" else free) * 10**9)
            found = Present(dataclasses.replace(want, room=room))
        seen.append(compare(want, found, None, "", {}))
    assert [one.copies for one in overflows(routes(spec), seen)] == [("ws-a/sessions/standby",)] * told


def test_run_starts_the_task_with_its_words_as_data() -> None:
    way = route(studio(), "standby")
    document = json.loads(start(way, "20260101T000000Z-AB", "kim o'neil").replace("\n", ""))
    assert (document["folder"], document["task"]) == ("\\studio-backup\\northlight\\", "ws-a_sessions_standby")
    assert (document["accept"], document["who"]) == ("20260101T000000Z-AB", "kim o'neil")
    assert "kim" not in document["program"]
    looked = json.loads(preview(way).replace("\n", ""))
    assert looked["path"].endswith(r"\jobs\ws-a_sessions_standby.json")


RECORD = '{"version":1,"run":"20260302T020000Z-AB12CD34","result":"%s","reason":null,"started":%d,"bytes":7}'


def standing(**said: object) -> Any:
    """What status makes of one answer."""
    way = route(studio(CLONE), "standby")
    asked = probe(way)
    job = {"Id": "ws-a_sessions_standby", "Ended": "", "Newest": "", "Held": False, "Moved": [], "Volume": "right",
           "Capacity": "1048576", "Free": "524288", **said}  # fmt: skip
    reply = Reply(0, json.dumps({"Jobs": job}), "")
    return standings([way], {"ws-a/windows": Answered({(asked.script, asked.touches): reply})})[0]


def test_status_reads_a_clone_of_windows() -> None:
    good = RECORD % ("ok", 1_000)
    seen = standing(Ended=good, Newest=good, Moved=["1000 7"])
    assert (seen.unknown, seen.last.result, seen.running, seen.moved) == ("", "ok", None, ((1000, 7),))
    assert (seen.room.size, seen.room.free, seen.age(1_060)) == (1048576, 524288, 60)
    runs = standing(Ended=good, Newest=RECORD % ("running", 2_000), Held=True)
    assert (runs.last.result, runs.running.started) == ("ok", 2_000)
    killed = standing(Ended=good, Newest=RECORD % ("running", 2_000))
    assert (killed.last.result, killed.last.reason, killed.running) == ("failed", "interrupted", None)


def test_status_takes_nothing_for_known_that_was_not_read() -> None:
    assert standing(Volume="unmounted").unknown == "the target volume is not mounted"
    assert standing(Volume="wrong-volume").unknown == "another volume is mounted where the target should be"
    assert standing(Volume=None).unknown == "half a line about a job"
    way = route(studio(CLONE), "standby")
    asked = probe(way)
    threw = Reply(1, "", "Access is denied. [X] 0x80070005")
    seen = standings([way], {"ws-a/windows": Answered({(asked.script, asked.touches): threw})})[0]
    assert seen.unknown == "Access is denied. [X] 0x80070005"
