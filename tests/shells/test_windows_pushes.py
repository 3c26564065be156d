"""The job of Windows pushes into the landing of a real keeper: what one writes the other reads, whatever goes wrong.

Windows is the stand-in, its job the real one; the keeper's job, its volume and its restore points are real.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shells.job_bench import Bench
from tests.shells.job_running import Job
from tests.shells.job_server import Server, start_sshd
from tests.shells.windows_bench import Ends, windows_ends
from tests.sim.windows.copying import tree


@pytest.fixture(scope="module")
def door(bench: Bench) -> Iterator[Server]:
    with start_sshd(bench.folder / "ends-door", bench.folder / "etc" / "northlight") as started:
        yield started


@pytest.fixture
def ends(job: Job, door: Server) -> Iterator[Ends]:
    with windows_ends(job, door) as both:
        yield both


def test_what_windows_pushes_becomes_a_point(ends: Ends) -> None:
    for name in ("Song/take 1.wav", "Song/Übung é.wav", "-odd.", "mix.wav"):
        ends.push.put(name)
    sent = ends.send()
    assert sent["result"] == "ok", ends.push.log()
    kept = ends.sent.keeper.run()
    assert (kept.code, kept["result"], kept["files"], kept["open"]) == (0, "ok", 4, False), ends.sent.keeper.log()
    assert tree(ends.sent.keeper.newest()) == tree(ends.push.source)
    assert ends.sent.keeper.run(manual=False).record == {}
    ends.push.put("Song/take 1.wav", "again", ago=60)
    (ends.push.source / "mix.wav").unlink()
    ends.send()
    ends.sent.keeper.at(2)
    kept = ends.sent.keeper.run()
    assert (kept["result"], kept["deleted"], kept["rewritten"], kept["files"]) == ("ok", 1, 1, 3), (
        ends.sent.keeper.log()
    )
    assert tree(ends.sent.keeper.newest()) == tree(ends.push.source)
    assert len(ends.sent.keeper.points()) == 2


def test_cut_before_its_end_it_is_no_point(ends: Ends) -> None:
    ends.push.put("Song/take.wav")
    ends.send()
    ends.sent.keeper.run()
    ends.push.put("Song/half.wav")

    def cut(*_: object) -> None:
        ends.push.windows.state["smb"]["answers"] = False

    ends.push.windows.before("robocopy.exe", cut)
    assert ends.send()["reason"] == "rsync-network"
    before = ends.sent.keeper.points()
    assert ends.sent.keeper.run()["restore_point"] is None
    ends.sent.keeper.at(3600)
    assert ends.sent.keeper.run()["reason"] == "incomplete"
    assert ends.sent.keeper.points() == before
    ends.push.windows._hooks.clear()
    ends.push.windows.state["smb"]["answers"] = True
    assert ends.send()["result"] == "ok"
    assert ends.sent.keeper.run()["result"] == "ok", ends.sent.keeper.log()
    assert tree(ends.sent.keeper.newest()) == tree(ends.push.source)


def test_what_was_taken_away_since_its_end_is_no_point(ends: Ends) -> None:
    for name in ("a.wav", "b.wav"):
        ends.push.put(name)
    ends.send()
    (ends.sent.landing / "b.wav").unlink()
    kept = ends.sent.keeper.run()
    assert (kept["result"], kept["reason"]) == ("failed", "incomplete")
    assert ends.sent.keeper.points() == []


def test_why_windows_sent_nothing_is_what_the_keeper_says(ends: Ends) -> None:
    for number in range(80):
        ends.push.put(f"take{number:03}.wav")
    ends.send()
    ends.sent.keeper.run()
    for path in sorted(ends.push.source.glob("take*"))[:70]:
        path.unlink()
    assert ends.send()["reason"] == "brake-deletions"
    kept = ends.sent.keeper.run()
    assert (kept["result"], kept["reason"]) == ("refused", "brake-deletions")
    assert len(ends.sent.keeper.points()) == 1
    ends.push.windows.state["drives"].pop("S")
    assert ends.send()["reason"] == "source-unmounted"
    kept = ends.sent.keeper.run()
    assert (kept["result"], kept["reason"]) == ("refused", "source-unmounted")


def test_a_file_that_is_held_marks_the_point(ends: Ends) -> None:
    ends.push.windows.state["drives"]["S"]["format"] = "exFAT"
    for name in ("held.wav", "free.wav"):
        ends.push.put(name)
    ends.push.windows.state["troubles"].append({"path": "S:\\held.wav", "what": "in use", "access": ("read",)})
    sent = ends.send()
    assert (sent["result"], sent["open"]) == ("ok", True), ends.push.log()
    kept = ends.sent.keeper.run()
    assert (kept["result"], kept["open"], kept["files"]) == ("ok", True, 1), ends.sent.keeper.log()


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_what_windows_sends_is_a_point_each_time(ends: Ends) -> None:
    for number in range(20):
        ends.push.put(f"Lied/Äußerung {number}.wav", f"take {number}")
    for number in range(5):
        ends.push.put(f"new/{number}.wav")
        (ends.push.source / f"Lied/Äußerung {number}.wav").unlink()
        sent, kept = ends.both()
        assert sent["result"] == "ok", ends.push.log()
        assert (kept["result"], kept["files"]) == ("ok", 20), ends.sent.keeper.log()
        assert names(ends.sent.keeper.newest()) == names(ends.push.source) - {".studio-backup-volume"}
    assert len(ends.sent.keeper.points()) == 5
    assert ends.sent.keeper.run(manual=False).record == {}


def test_why_nothing_was_sent_reaches_the_keeper(ends: Ends) -> None:
    for number in range(100):
        ends.push.put(f"take{number:03}.wav", f"take {number}")
    ends.both()
    for number in range(60):
        ends.push.put(f"take{number:03}.wav", "encrypted", ago=60)
    sent, kept = ends.both()
    assert (sent["reason"], kept["result"], kept["reason"]) == ("brake-rewrites", "refused", "brake-rewrites")
    assert ends.sent.keeper.run(manual=False).record == {}, "once"
    ends.push.accept(sent)
    sent, kept = ends.both()
    assert (sent["result"], kept["result"], kept["reason"]) == ("ok", "refused", "brake-rewrites"), (
        "each end has a brake"
    )
    ends.sent.keeper.accept(kept["run"])
    assert ends.sent.keeper.run(manual=False)["result"] == "ok"
    assert len(ends.sent.keeper.points()) == 2


def test_the_two_do_not_meet_in_the_landing(ends: Ends) -> None:
    ends.push.put("take.wav")
    looked: list[object] = []
    ends.push.windows.before("robocopy.exe", lambda *_: looked.append(ends.sent.keeper.run().record["reason"]))
    assert ends.send()["result"] == "ok"
    assert looked == ["nothing-landed"], "half a push is no point, and is not called lost"
    met: list[str] = []
    ends.sent.during("ls taken >>../seen")
    assert ends.sent.keeper.run()["result"] == "ok"
    assert (ends.sent.keeper.target / "landing/seen").read_text() == "taken\n" * 1
    (ends.sent.share / "taken").write_text("x\n")
    met.append(str(ends.send()["reason"]))
    assert met == ["landing-busy"]


def test_after_the_other_system_windows_has_nothing_to_send(ends: Ends) -> None:
    ends.sent.sender.fill(30)
    odd = (1_234_567_890.123456789, 1_600_000_000.5, 1_790_000_000.999999999)
    for number, path in enumerate(sorted(ends.sent.sender.source.iterdir())):
        os.utime(path, (odd[number % 3], odd[number % 3]))
        there = ends.push.put(path.name, path.read_text())
        os.utime(there, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns // 100 * 100))  # as finely as Windows can
    assert ends.sent.both()["files"] == 30
    sent, kept = ends.both()
    assert (sent["result"], sent["bytes"], sent["created"], sent["rewritten"], sent["deleted"]) == ("ok", 0, 0, 0, 0)
    assert (kept["result"], kept["files"], kept["rewritten"], kept["deleted"]) == ("ok", 30, 0, 0)
    time.sleep(1.1)
    again = ends.sent.both()
    assert (again["result"], again["rewritten"], again["deleted"]) == ("ok", 0, 0), ends.sent.keeper.log()
    assert list(ends.sent.share.iterdir()) == []


def test_cut_at_any_program_it_is_no_point_and_the_next_is(ends: Ends) -> None:
    for cut in range(3):
        for number in range(3):
            ends.push.put(f"{cut}/{number}/take.wav")
        done: list[int] = []

        def fails(*_: object, done: list[int] = done, cut: int = cut) -> None:
            done.append(1)
            ends.push.windows.state["smb"]["answers"] = len(done) <= cut

        ends.push.windows.before("robocopy.exe", fails)
        assert ends.send()["result"] != "ok"
        ends.push.windows._hooks.clear()
        ends.push.windows.state["smb"]["answers"] = True
        assert ends.sent.keeper.run(manual=False).record == {}
        assert ends.sent.keeper.points() == []
    sent, kept = ends.both()
    assert (sent["result"], kept["result"], kept["files"]) == ("ok", "ok", 9), ends.push.log()
