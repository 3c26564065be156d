"""Copies on Windows from the spec alone: set up in one run, started by the clock and by `run`, told by `status`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from studio_backup.compile import compile_studio
from studio_backup.compile.windows_job import credential
from studio_backup.errors import Locked
from studio_backup.exchange import ask
from studio_backup.records import Record
from studio_backup.running import NO_SUCH_RUN, follow, parse_preview, preview, start
from studio_backup.spec.model import Studio as Spec
from studio_backup.status import Standing, probe, standings
from tests.sim.windows.access import ADMINISTRATORS, READ, SYSTEM, USERS, Acl, Rule
from tests.sim.windows.cmdlets.smb import share
from tests.sim.windows.copying import PASSWORD, Copying, fresh_disks, tree
from tests.sim.windows.machine import Windows
from tests.sim.windows.powershell.raising import win32
from tests.sim.windows.studio import Studio
from tests.windows_copies import CLONE, PUSH, route, studio

NAME = "ws-a/windows"


def applied(windows: Windows, spec: Spec, copy: str) -> tuple[Copying, Studio]:
    """Two fresh disks, and what `apply` makes of them; the NAS has its share."""
    way = route(spec, copy)
    landing = windows.folder / "landing"
    for name in ("files", "records"):
        (landing / name).mkdir(parents=True)
    share(windows, f"\\\\10.0.0.20\\{way.share}", landing, way.lander, PASSWORD)
    fresh_disks(windows)
    here = Studio(windows, compile_studio(spec).of(NAME), spec.machines["ws-a"])
    here.converge()
    target = landing / "files" if way.pushed else windows.drives.root("T")
    return Copying(windows, spec, way, windows.drives.root("S"), target, landing), here


def asked(it: Copying, accept: str = "") -> Record | str:
    """`run` of its copy at the system that makes or sends it."""
    script = start(it.way, accept, "kim", it.way.readers[0].system)
    return follow(it.windows.transport().open(script), lambda *_: None)


def standing(it: Copying) -> Standing:
    """What `status` says of it."""
    sighting = ask(it.windows.transport(), [probe(it.way)], 60)
    return standings([it.way], {NAME: sighting})[0]


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WS_A", PASSWORD)


def test_a_week_of_nights_by_its_own_clock(windows: Windows) -> None:
    it, here = applied(windows, studio(CLONE), "standby")
    it.put("Song/take1.wav")
    for night in range(7):
        it.put(f"Song/night {night}.wav")
        it.windows.tasks.play(it.windows.now + timedelta(days=1))
        assert tree(it.target) == tree(it.source), night
    assert len(list((it.state / "runs").glob("*.json"))) == 7
    assert here.differs() == {}
    seen = standing(it)
    assert (seen.unknown, seen.last and seen.last.result, len(seen.moved)) == ("", "ok", 7)
    assert seen.age(it.windows.now.timestamp()) == pytest.approx(10 * 3600, abs=3600 * 2)
    assert seen.room is not None


def test_run_follows_the_task_to_its_record(windows: Windows) -> None:
    it, _ = applied(windows, studio(CLONE), "standby")
    it.put("Song/take.wav")
    found = asked(it)
    assert isinstance(found, Record), found
    assert (found.result, found.files) == ("ok", 1)
    assert tree(it.target) == tree(it.source)
    assert windows.refused() == []


def test_a_push_goes_with_the_password_that_apply_set(windows: Windows) -> None:
    it, here = applied(windows, studio(PUSH), "on-nas")
    it.put("Song/take.wav")
    found = asked(it)
    assert isinstance(found, Record), found
    assert (found.result, found.reason) == ("ok", ""), it.log()
    assert (it.landing / "records/ended").read_text() == f"{found.run} 1 0\n"
    # Somebody writes another one there: seen, though nobody reads it, and set again.
    secret = it.state / "credentials" / it.way.id
    secret.write_text("something else\n")
    assert list(here.differs().values()) == [("drifted", "update")]
    refused = asked(it)
    assert isinstance(refused, Record)
    assert (refused.result, refused.reason) == ("failed", "login")
    here.apply()
    assert secret.read_text() == f"{PASSWORD}\n"
    again = asked(it)
    assert isinstance(again, Record)
    assert again.result == "ok"
    assert here.differs() == {}
    path = credential(it.way, it.way.readers[0].system)
    windows.access.put(path, Acl(ADMINISTRATORS, False, [Rule(USERS, READ, inherit=0)]))
    assert list(here.differs().values()) == [("drifted", "update")]
    here.converge()
    assert {rule.sid for rule in windows.access.of(path).rules} == {SYSTEM, ADMINISTRATORS}
    (secret.parent / f"{it.way.id}.set").unlink()
    assert list(here.differs().values()) == [("drifted", "update")]


def test_accept_is_for_a_run_that_was_refused_here(windows: Windows) -> None:
    it, _ = applied(windows, studio(CLONE), "standby")
    for number in range(80):
        it.put(f"Song/take{number:03}.wav")
    assert isinstance(asked(it), Record)
    for path in sorted((it.source / "Song").iterdir())[:70]:
        path.unlink()
    it.later(5)
    refused = asked(it)
    assert isinstance(refused, Record)
    assert (refused.result, refused.reason) == ("refused", "brake-deletions")
    assert asked(it, "20200101T000000Z-FFFFFFFF") == f"{NO_SUCH_RUN} 20200101T000000Z-FFFFFFFF here"
    it.later(5)
    found = asked(it, refused.run)
    assert isinstance(found, Record)
    assert (found.result, found.accepted_by, found.deleted) == ("ok", "kim", 70)
    assert tree(it.target) == tree(it.source)


@pytest.mark.parametrize("numbers", [False, True])
def test_run_does_not_begin_a_second_one(windows: Windows, numbers: bool) -> None:
    it, _ = applied(windows, studio(CLONE), "standby")
    windows.state["lies"]["task-states"] = numbers
    it.put("Song/take.wav")
    told: list[Any] = []

    def meanwhile(*_: object) -> None:
        if not told:
            told.append(None)
            try:
                told.append(asked(it))
            except Locked as error:
                told.append(error)
            told.append(standing(it))

    windows.before("robocopy.exe", meanwhile)
    found = asked(it)
    assert isinstance(found, Record)
    assert found.result == "ok"
    assert isinstance(told[1], Record), told[1]
    assert (told[1].result, told[1].run) == ("running", found.run)
    assert told[2].running is not None


def test_a_task_that_leaves_no_record_says_so(windows: Windows) -> None:
    it, _ = applied(windows, studio(CLONE), "standby")
    windows.real(r"C:\ProgramData\studio-backup\configuration\northlight\job-start.ps1").unlink()
    found = asked(it)
    assert isinstance(found, str)
    assert found == "its task ended with 1, and left no record"


@pytest.mark.parametrize(
    ("looks", "found"), [(5, "ok"), (1000, "its task ended with 0, and its record cannot be read")]
)
def test_a_record_that_a_scanner_holds_at_its_end_is_waited_for(windows: Windows, looks: int, found: str) -> None:
    it, _ = applied(windows, studio(CLONE), "standby")
    it.put("Song/take.wav")
    gate, left = windows.drives.gate, [looks]

    def held(path: str, access: str) -> None:
        gate(path, access)
        over = all(task.state[1] != "Running" for task in windows.tasks.tasks.values())
        if over and left[0] and access == "read" and "\\runs\\" in path and path.endswith(".json"):
            left[0] -= 1
            raise win32(32, "The process cannot access the file because it is being used by another process.")

    windows.drives.gate = held
    told = asked(it)
    assert (told.result if isinstance(told, Record) else told) == found


def test_a_preview_is_shown_and_nothing_is_written(windows: Windows) -> None:
    it, _ = applied(windows, studio(CLONE), "standby")
    it.put("Song/take.wav")
    before = sorted(str(path) for path in windows.folder.rglob("*"))
    answer = windows.transport().run(preview(it.way), 60)
    found = parse_preview(answer.reply.out)
    assert found.created == ("Song/take.wav",), answer
    assert found.record is not None
    assert (found.record.result, found.record.files) == ("ok", 1)
    assert sorted(str(path) for path in windows.folder.rglob("*")) == before


def test_what_leaves_the_spec_leaves_the_machine_and_the_data_stays(windows: Windows) -> None:
    it, here = applied(windows, studio(PUSH), "on-nas")
    it.put("Song/take.wav")
    asked(it)
    here.want([])
    applied_ = here.apply()
    assert [(one.change.address, one.reason) for one in applied_.failed] == []
    assert not [path for path in windows.tasks.tasks if "studio-backup" in path]
    assert not (it.state / "credentials").exists()
    assert tree(it.source) == {"Song/take.wav": "take"}
    assert (it.source / ".studio-backup-volume").exists()
