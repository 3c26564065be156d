"""The lock of a machine, really taken in every shell: one holder, and none that is dead."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from studio_backup.lock import REPORT, STARTED, acquire, answer
from studio_backup.programs import shipped
from studio_backup.status import _SCRIPT as STATUS
from tests.sandbox import SHELLS, Sandbox

STATE = "/var/lib/studio-backup"
TOKEN = "5f0c1d2e3b4a6978"


class Taker:
    """A shell that wants the lock, as a connection holds it: its script in argv, its life on its standard input."""

    def __init__(self, sandbox: Sandbox, shell: Sequence[str], who: str = "kim", break_lock: bool = False) -> None:
        self.process = sandbox.start([*shell, "-c", acquire(who, TOKEN, break_lock)])

    def said(self) -> tuple[str, str]:
        """What the first line says; the shell may go on living."""
        assert self.process.stdout is not None
        text = ""
        while (found := answer(text, TOKEN)) is None:
            data = os.read(self.process.stdout.fileno(), 4096)
            assert data, self.process.communicate()[1]
            text += data.decode()
        return found

    def let_go(self) -> None:
        self.process.communicate(timeout=60)

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate(timeout=60)


def left(sandbox: Sandbox) -> set[str]:
    """What stands beside the folders in our state."""
    listing: str = sandbox.run(f"cd {STATE} && ls -A").stdout
    return set(listing.split()) - {"manifest", "log", "generation"}


def reported(sandbox: Sandbox, shell: Sequence[str]) -> str:
    """Who holds the machine, as a survey says it."""
    done = sandbox.run(f"( set -eu\n{REPORT}\n)", shell)
    assert done.returncode == 0, done.stderr
    found = re.search(r"^lock\t(.*)$", done.stdout, re.MULTILINE)
    return found[1] if found else ""


def test_taken_refused_and_given_back(sandbox: Sandbox, shell: list[str]) -> None:
    first = Taker(sandbox, shell, "kim's `apply` $HOME \\n")
    assert first.said() == ("held", "")
    second = Taker(sandbox, shell, "lee")
    assert second.said() == ("locked", "kim's `apply` $HOME \\n")
    second.let_go()
    assert second.process.returncode == 6
    assert reported(sandbox, shell) == "kim's `apply` $HOME \\n"
    first.let_go()
    assert left(sandbox) == set()
    assert reported(sandbox, shell) == ""


def test_the_holder_is_told_the_generation_it_found(sandbox: Sandbox, shell: list[str]) -> None:
    Taker(sandbox, shell).let_go()
    sandbox.run(f"echo 'abc begun' >{STATE}/generation")
    taker = Taker(sandbox, shell)
    assert taker.said() == ("held", "abc begun")
    taker.let_go()


def test_a_killed_holder_holds_nothing(sandbox: Sandbox, shell: list[str]) -> None:
    first = Taker(sandbox, shell)
    first.said()
    first.kill()
    assert left(sandbox) == {"lock"}
    assert reported(sandbox, shell) == ""
    second = Taker(sandbox, shell, "lee")
    assert second.said() == ("held", "")
    assert reported(sandbox, shell) == "lee"
    second.let_go()
    assert left(sandbox) == set()


def test_a_process_id_that_was_given_away_holds_nothing(sandbox: Sandbox, shell: list[str]) -> None:
    sandbox.run(f"mkdir -p {STATE}; printf '{os.getpid()} 12345\\nsomebody\\n' >{STATE}/lock")
    assert reported(sandbox, shell) == ""
    taker = Taker(sandbox, shell)
    assert taker.said() == ("held", "")
    taker.let_go()


@pytest.mark.parametrize(
    "text", ["", "\\n", "12", "1 1", "%s\\nx", "../../etc/passwd ;reboot\\n", "\\000\\377\\n$(reboot)\\n"]
)
def test_a_broken_lock_file_holds_nothing(sandbox: Sandbox, text: str) -> None:
    for shell in SHELLS.values():
        sandbox.run(f"mkdir -p {STATE}; printf '{text}' >{STATE}/lock")
        assert reported(sandbox, shell) == ""
        taker = Taker(sandbox, shell)
        assert taker.said() == ("held", ""), shell
        taker.let_go()
        assert left(sandbox) == set()


def test_a_step_that_still_runs_holds_the_machine(sandbox: Sandbox, shell: list[str]) -> None:
    sandbox.run(f"mkdir -p {STATE}")
    step = sandbox.start(
        ["sh", "-c", f'{STARTED}\nprintf "%s %s\\n" $$ "$(started $$)" >{STATE}/step; echo up; exec cat']
    )
    assert step.stdout is not None
    assert step.stdout.readline() == b"up\n"
    for break_lock in (False, True):
        taker = Taker(sandbox, shell, break_lock=break_lock)
        word, holder = taker.said()
        assert (word, holder.startswith("a step that is still running")) == ("locked", True)
        taker.let_go()
    assert reported(sandbox, shell).startswith("a step that is still running")
    assert left(sandbox) == {"step"}
    step.communicate()
    taker = Taker(sandbox, shell)
    assert taker.said()[0] == "held"
    taker.let_go()


def test_break_lock_ends_the_holder_and_takes_its_place(sandbox: Sandbox) -> None:
    for shell in SHELLS.values():
        first = Taker(sandbox, shell, "hangs")
        assert first.said()[0] == "held"
        second = Taker(sandbox, shell, "lee", break_lock=True)
        assert second.said() == ("held", "")
        assert first.process.wait(timeout=60) == -signal.SIGKILL
        assert reported(sandbox, shell) == "lee"
        first.let_go()
        assert reported(sandbox, shell) == "lee"
        second.let_go()


def test_of_many_that_find_a_dead_lock_exactly_one_takes_it(sandbox: Sandbox) -> None:
    shells = [*SHELLS.values(), *SHELLS.values()]
    for _ in range(12):
        sandbox.run(f"mkdir -p {STATE}; printf '1 1\\ngone\\n' >{STATE}/lock")
        takers = [Taker(sandbox, shell, f"taker {number}") for number, shell in enumerate(shells)]
        words = [taker.said()[0] for taker in takers]
        assert sorted(words) == ["held", *["locked"] * (len(shells) - 1)]
        for taker in takers:
            taker.let_go()
        assert left(sandbox) == set()


def test_a_claim_that_a_dead_taker_left_does_not_keep_the_lock(sandbox: Sandbox, shell: list[str]) -> None:
    """Killed between its claim on a dead lock and taking that away, twice over."""
    sandbox.run(
        f"mkdir -p {STATE}; cd {STATE}; printf '1 1\\ngone\\n' >lock; printf '2 2\\nfirst\\n' >lock.after.1.1;"
        "printf '3 3\\nsecond\\n' >lock.after.2.2; printf '3 3\\nsecond\\n' >lock.3"
    )
    taker = Taker(sandbox, shell)
    assert taker.said() == ("held", "")
    assert left(sandbox) == {"lock"}
    taker.let_go()


def test_where_nothing_can_be_written_nobody_holds(sandbox: Sandbox, shell: list[str]) -> None:
    sandbox.run(
        f"mkdir -p {STATE}/manifest {STATE}/log; mount -o bind {STATE} {STATE}; mount -o remount,bind,ro {STATE}"
    )
    try:
        taker = Taker(sandbox, shell)
        assert taker.said() == ("failed", "")
        taker.let_go()
    finally:
        sandbox.run(f"umount {STATE}")


def test_the_state_is_made_closed_to_others(sandbox: Sandbox) -> None:
    taker = Taker(sandbox, ["dash"])
    taker.said()
    modes = sandbox.run(f"stat -c %a {STATE} {STATE}/manifest {STATE}/log {STATE}/lock").stdout
    taker.let_go()
    assert modes.split() == ["711", "700", "700", "600"]


def test_an_answer_counts_only_whole_and_with_its_token() -> None:
    line = f"<{TOKEN} locked kim on desk (apply, process 7, since 2026)>\n"
    assert answer(f"Welcome\n{line}", TOKEN) == ("locked", "kim on desk (apply, process 7, since 2026)")
    assert all(answer(line[:end], TOKEN) is None for end in range(len(line)))
    assert answer(line.replace(TOKEN, "0123"), TOKEN) is None


def test_a_started_time_tells_processes_apart(sandbox: Sandbox, shell: list[str]) -> None:
    done: subprocess.CompletedProcess[str] = sandbox.run(
        f'{STARTED}\nstarted $$; started 999999999; started ""\n'
        'alive "" "" || echo none; alive $$ "$(started $$)" && echo me',
        shell,
    )
    lines = done.stdout.split()
    assert lines[0].isdigit()
    assert lines[1:] == ["none", "me"]


def test_without_proc_a_holder_is_the_same_in_every_time_zone(tmp_path: Path) -> None:
    """As on a Mac: what wrote the lock is seldom in the time zone of what looks at it."""

    def said(script: str, zone: str, *words: str) -> str:
        script = script.replace("/proc/", "/nowhere/")
        return subprocess.run(["sh", "-c", script, "sh", *words], env={**os.environ, "TZ": zone, "LC_ALL": "C"},
                              capture_output=True, text=True, check=True, timeout=60).stdout  # fmt: skip

    me = str(os.getpid())
    for script in (f'{STARTED}\nstarted "$1"', f'{shipped("lock.sh")}\nprocess_start "$1"'):
        assert said(script, "UTC0", me) == said(script, "PST8PDT", me) != ""
    began = said(f'{shipped("lock.sh")}\nprocess_start "$1"', "UTC0", me)
    for folder, name, text in (
        ("runs", "j.1.json", '{"result":"running"}\n'),
        ("lock", "j", f"{me} {began} none run\n"),
    ):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(text, encoding="utf-8")
    assert "newest\t" in said(STATUS, "PST8PDT", f"{tmp_path} j none /nowhere\t/nowhere")
