"""What the doctor and a rollout make of what a Windows system says; nothing that was not read counts as well."""

from __future__ import annotations

import json
import re

import pytest

from studio_backup.doctor import Finding, Wanted, examine
from studio_backup.probe import Reply, Unanswered, end_mark
from studio_backup.rollout import sessions
from studio_backup.rollout.sessions import probe, session
from studio_backup.spec.model import System
from studio_backup.survey import Answered
from studio_backup.windows.asking import join, split
from tests.sim.windows.machine import Windows
from tests.studios import HERE

ASKED = (1000.0, 1010.0)
WINDOWS = System(
    machine="ws-a", name="windows", os="windows", address="a", port=22, user="tech", host_key="", place=HERE
)
NEED = Wanted(WINDOWS, {"robocopy.exe": "copies are made with it", "Schedule": "Task Scheduler starts the jobs"})
GOOD: dict[str, object] = {
    "version": "5.1.22621.2506", "elevated": True, "data": r"C:\ProgramData", "clock": 1005,
    "programs": [{"name": "robocopy.exe", "state": "there"}, {"name": "Schedule", "state": "Running"}],
}  # fmt: skip


def looked(**changes: object) -> list[Finding]:
    (asked,) = NEED.probes()
    reply = Reply(0, json.dumps({**GOOD, **changes}), "")
    return examine(NEED, Answered({(asked.script, asked.touches): reply}), ASKED)


def wrong(**changes: object) -> list[tuple[str, str]]:
    return [(one.what, one.state) for one in looked(**changes) if one.state != "ok"]


def test_a_windows_that_has_it_all() -> None:
    assert wrong() == []
    assert {one.what for one in looked()} == {"PowerShell", "administrator", "clock", "robocopy.exe", "Schedule"}


@pytest.mark.parametrize(("changes", "found"), [
    ({"version": "4.0"}, ("PowerShell", "missing")),
    ({"version": "10.0"}, None),
    ({"elevated": False}, ("administrator", "missing")),
    ({"data": r"D:\ProgramData"}, ("ProgramData", "missing")),
    ({"clock": 2000}, ("clock", "missing")),
    ({"programs": [{"name": "ROBOCOPY.EXE", "state": "there"}, {"name": "Schedule", "state": "Stopped"}]},
     ("Schedule", "missing")),
    ({"programs": {"name": "Schedule", "state": "Running"}}, ("robocopy.exe", "missing")),
    ({"version": "five"}, ("connection", "unseen")),
    ({"programs": ["Schedule"]}, ("connection", "unseen")),
])  # fmt: skip
def test_what_a_windows_lacks(changes: dict[str, object], found: tuple[str, str] | None) -> None:
    assert wrong(**changes) == ([found] if found else [])


def seen(*programs: str, busy: object = ()) -> str:
    asked = probe("ws-a/windows", [], "windows")
    said = json.dumps({"programs": programs, "busy": busy})
    return session(Answered({(asked.script, asked.touches): Reply(0, said, "")}))


def test_who_is_at_work_on_windows() -> None:
    assert seen("svchost", "powershell", busy=[]) == ""
    assert seen("powershell", "reaper", "Ableton Live", busy="ws-a/sessions") == (
        "reaper is running; Ableton Live is running; files of ws-a/sessions are in use"
    )
    assert seen("FL64", busy=[]) == "FL64 is running"


@pytest.mark.parametrize("answer", [
    Reply(0, '{"programs":[],"busy":[]}', ""), Reply(0, '{"programs":["a"]}', ""), Reply(0, '{"programs"', ""),
    Reply(1, "", "Access is denied"), Unanswered("gave no answer in time", began=True),
])  # fmt: skip
def test_who_cannot_be_asked_is_at_work(answer: Reply | Unanswered) -> None:
    asked = probe("ws-a/windows", [], "windows")
    assert "nobody can tell" in session(Answered({(asked.script, asked.touches): answer}))


def test_names_of_open_projects_are_read_as_the_job_reads_them() -> None:
    assert sessions._names("") == ""
    (busy, names) = (re.compile(sessions._names(words).replace(r"\z", r"\Z")) for words in ("*.ptxlck a?b", "[ab].tmp"))
    assert [bool(busy.match(name)) for name in ("x.ptxlck", "a b", "x.ptxlck2", "ab")] == [True, True, False, False]
    assert [bool(names.match(name)) for name in ("a.tmp", "c.tmp", "aa.tmp")] == [True, False, False]


def test_the_program_says_what_is_looked_for() -> None:
    with Windows() as windows:
        (asked,) = NEED.probes()
        answer = windows.transport().run(join([asked], "0123456789abcdef"), 60, end_mark("0123456789abcdef"))
        (reply,) = split(answer.reply, 1, "0123456789abcdef")
        assert isinstance(reply, Reply)
        now = windows.now.timestamp()
        found = examine(NEED, Answered({(asked.script, asked.touches): reply}), (now, now))
        assert [(one.what, one.state, one.detail) for one in found if one.state != "ok"] == []
        assert len(found) == 5
