"""Whether somebody is at work in a room, as every shell tells it: a recording program, or files in use."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_backup.probe import Reply, Unanswered, join, split
from studio_backup.rollout.sessions import probe, session
from studio_backup.survey import Answered
from tests.shells.job_bench import SHELLS, Bench, Volume

NONCE = "0123456789abcdef"
HOUR_AGO = time.time() - 3600


@pytest.fixture
def room(work: Volume) -> Iterator[Path]:
    """A source on a mounted volume, at rest."""
    folder = work.root / "room"
    folder.mkdir()
    put(folder / "take-1.wav", HOUR_AGO)
    yield folder
    shutil.rmtree(folder)


def put(path: Path, when: float) -> None:
    path.write_text("take\n")
    os.utime(path, (when, when))


def asked(folder: Path, root: Path, shell: str, quiet: int = 600, patterns: str = "", exclude: str = "",
          everybody: bool = False) -> str:  # fmt: skip
    """What the real probe makes of one source."""
    empty = probe("ws-a/linux", [])
    argument = "\t".join(["ws-a/sessions", str(folder), str(root), str(quiet), patterns, exclude])
    # Other tests may have such programs running: only the test about them looks at all processes.
    script = empty.script if everybody else empty.script.replace("/proc/[0-9]*/comm", "/proc/self/comm")
    one = type(empty)(script=script, args=(argument,), touches=True)
    done = subprocess.run([*SHELLS[shell], "-s"], input=join([one], NONCE), capture_output=True, text=True, check=False)
    answers = split(Reply(done.returncode, done.stdout, done.stderr), 1, NONCE)
    return session(Answered({(empty.script, True): answers[0]}))


@pytest.mark.parametrize("shell", SHELLS)
def test_a_room_at_rest_and_one_at_work(room: Path, work: Volume, shell: str) -> None:
    assert asked(room, work.root, shell) == ""
    put(room / "take-2.wav", time.time() - 60)
    assert asked(room, work.root, shell) == "files of ws-a/sessions are in use"
    assert asked(room, work.root, shell, quiet=0) == ""
    assert asked(room, work.root, shell, exclude="take-2*") == ""
    put(room / "take-2.wav", HOUR_AGO)
    put(room / "song.ptxlck", HOUR_AGO)
    assert asked(room, work.root, shell, patterns="*.ptxlck") == "files of ws-a/sessions are in use"


def test_nothing_is_noted_on_the_machine(room: Path, work: Volume) -> None:
    put(room / "take-2.wav", time.time() - 60)
    before = sorted(room.rglob("*")), Path("/nonexistent").exists()
    assert asked(room, work.root, "dash")
    assert (sorted(room.rglob("*")), Path("/nonexistent").exists()) == before


def test_what_is_not_mounted_is_nobody_s_session(room: Path, bench: Bench) -> None:
    put(room / "take-2.wav", time.time() - 60)
    assert asked(room, bench.folder, "dash") == ""


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("name", ["ardour-8.6", "Pro Tools", "reaper", "Live"])
def test_a_program_that_records_is_a_session(room: Path, work: Volume, bench: Bench, shell: str, name: str) -> None:
    program = bench.folder / name
    shutil.copy("/bin/sleep", program)
    with subprocess.Popen([str(program), "60"]) as process:
        try:
            while Path(f"/proc/{process.pid}/comm").read_text().strip() != name:
                time.sleep(0.01)
            assert f"{name} is running" in asked(room, work.root, shell, everybody=True)
        finally:
            process.kill()


def test_a_program_that_ended_and_was_not_waited_for_is_no_session(room: Path, work: Volume, bench: Bench) -> None:
    program = bench.folder / "ardour-8.7"
    shutil.copy("/bin/sleep", program)
    with subprocess.Popen([str(program), "60"]) as process:
        while Path(f"/proc/{process.pid}/comm").read_text().strip() != "ardour-8.7":
            time.sleep(0.01)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert Path(f"/proc/{process.pid}/comm").read_text().strip() == "ardour-8.7"
        assert "ardour-8.7" not in asked(room, work.root, "dash", everybody=True)


def test_what_cannot_be_told_is_a_session() -> None:
    script = probe("ws-a/linux", []).script
    for answer in (Unanswered("hung", began=True), Reply(1, "", "find: gone"), Reply(0, "busy\tws-a/s", "")):
        assert session(Answered({(script, True): answer})).startswith("nobody can tell whether somebody is at work")
    assert session(Answered({})).endswith("was not asked")
