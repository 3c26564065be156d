"""The job of Windows pushes into the landing of a real keeper: what one writes the other reads, whatever goes wrong.

Windows is the stand-in, its job the real one; the keeper's job, its volume and its restore points are real.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.shells.job_bench import RECEIVER, Bench
from tests.shells.job_running import Job, Outcome
from tests.shells.job_server import Server, start_sshd
from tests.shells.share_bench import Shared, make_shared
from tests.sim.windows.copying import Copying, set_up, tree
from tests.sim.windows.machine import Windows
from tests.windows_copies import PUSH, studio


@dataclass
class Both:
    """A Windows and the machine that keeps what it sends."""

    windows: Copying
    nas: Shared

    def push(self) -> dict[str, Any]:
        """One run of Windows. Samba writes as the share's user, whoever logged in."""
        time.sleep(1.1)  # the keeper tells one push from the next by its second
        record = self.windows.run()
        for path in self.windows.landing.rglob("*"):
            if path.name not in ("records", "taken"):
                shutil.chown(path, RECEIVER, RECEIVER)
        return record

    def keep(self) -> Outcome:
        """One look of the keeper, because somebody asks."""
        return self.nas.keeper.run()

    @property
    def point(self) -> Path:
        """The newest restore point."""
        return self.nas.keeper.newest()


@pytest.fixture(scope="module")
def gate(bench: Bench) -> Iterator[Server]:
    with start_sshd(bench.folder / "windows-door", bench.folder / "etc" / "northlight") as started:
        yield started


@pytest.fixture
def both(job: Job, gate: Server) -> Iterator[Both]:
    nas = make_shared(job, gate)
    nas.landing.mkdir(exist_ok=True)
    with Windows() as windows:
        yield Both(set_up(windows, studio(PUSH), "on-nas", landing=nas.landing.parent), nas)


def test_what_windows_pushes_becomes_a_point(both: Both) -> None:
    for name in ("Song/take 1.wav", "Song/Übung é.wav", "-odd.", "mix.wav"):
        both.windows.put(name)
    sent = both.push()
    assert sent["result"] == "ok", both.windows.log()
    kept = both.keep()
    assert (kept.code, kept["result"], kept["files"], kept["open"]) == (0, "ok", 4, False), both.nas.keeper.log()
    assert tree(both.point) == tree(both.windows.source)
    assert both.nas.keeper.run(manual=False).record == {}
    both.windows.put("Song/take 1.wav", "again", ago=60)
    (both.windows.source / "mix.wav").unlink()
    both.push()
    both.nas.keeper.at(2)
    kept = both.keep()
    assert (kept["result"], kept["deleted"], kept["rewritten"], kept["files"]) == ("ok", 1, 1, 3), both.nas.keeper.log()
    assert tree(both.point) == tree(both.windows.source)
    assert len(both.nas.keeper.points()) == 2


def test_cut_before_its_end_it_is_no_point(both: Both) -> None:
    both.windows.put("Song/take.wav")
    both.push()
    both.keep()
    both.windows.put("Song/half.wav")

    def cut(*_: object) -> None:
        both.windows.windows.state["smb"]["answers"] = False

    both.windows.windows.before("robocopy.exe", cut)
    assert both.push()["reason"] == "rsync-network"
    before = both.nas.keeper.points()
    assert both.keep()["restore_point"] is None
    both.nas.keeper.at(3600)
    assert both.keep()["reason"] == "incomplete"
    assert both.nas.keeper.points() == before
    both.windows.windows._hooks.clear()
    both.windows.windows.state["smb"]["answers"] = True
    assert both.push()["result"] == "ok"
    assert both.keep()["result"] == "ok", both.nas.keeper.log()
    assert tree(both.point) == tree(both.windows.source)


def test_what_was_taken_away_since_its_end_is_no_point(both: Both) -> None:
    for name in ("a.wav", "b.wav"):
        both.windows.put(name)
    both.push()
    (both.nas.landing / "b.wav").unlink()
    kept = both.keep()
    assert (kept["result"], kept["reason"]) == ("failed", "incomplete")
    assert both.nas.keeper.points() == []


def test_why_windows_sent_nothing_is_what_the_keeper_says(both: Both) -> None:
    for number in range(80):
        both.windows.put(f"take{number:03}.wav")
    both.push()
    both.keep()
    for path in sorted(both.windows.source.glob("take*"))[:70]:
        path.unlink()
    assert both.push()["reason"] == "brake-deletions"
    kept = both.keep()
    assert (kept["result"], kept["reason"]) == ("refused", "brake-deletions")
    assert len(both.nas.keeper.points()) == 1
    both.windows.windows.state["drives"].pop("S")
    assert both.push()["reason"] == "source-unmounted"
    kept = both.keep()
    assert (kept["result"], kept["reason"]) == ("refused", "source-unmounted")


def test_a_file_that_is_held_marks_the_point(both: Both) -> None:
    both.windows.windows.state["drives"]["S"]["format"] = "exFAT"
    for name in ("held.wav", "free.wav"):
        both.windows.put(name)
    both.windows.windows.state["troubles"].append({"path": "S:\\held.wav", "what": "in use", "access": ("read",)})
    sent = both.push()
    assert (sent["result"], sent["open"]) == ("ok", True), both.windows.log()
    kept = both.keep()
    assert (kept["result"], kept["open"], kept["files"]) == ("ok", True, 1), both.nas.keeper.log()
