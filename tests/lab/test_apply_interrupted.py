"""Ctrl-C ends every command cleanly and says how far it came."""

import os
import pty
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.lab.conftest import Lab
from tests.lab.slow import slow, step_runs, wait_until
from tests.lab.studio import PROGRAM, Studio, broken, finished

pytestmark = pytest.mark.lab
KEYS = "/root/.ssh/authorized_keys"


@pytest.mark.parametrize("command", ["plan", "drift"])
def test_ctrl_c_while_a_machine_is_silent(lab: Lab, tmp_path: Path, command: str) -> None:
    studio = Studio(tmp_path / "spec")
    with broken(lab, "vault", "pause", "resume"), studio.start(command) as process:
        time.sleep(2)
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        done = finished(process, 1)
        assert time.monotonic() - begun < 5
    assert "interrupted" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("form", ["table", "json"])
def test_ctrl_c_in_the_middle_of_an_apply(lab: Lab, tmp_path: Path, form: str) -> None:
    lab.reset()
    studio = Studio(tmp_path / "spec")
    with slow(lab, "nas", 3):
        with studio.start("apply", "--yes", "--format", form) as process:
            wait_until(lambda: step_runs(lab, "nas"))
            begun = time.monotonic()
            process.send_signal(signal.SIGINT)
            done = finished(process, 1)
            assert time.monotonic() - begun < 2.5
        said = done.stdout if form == "json" else done.stderr
        assert "interrupted: 0 of " in said
        assert "studio-backup apply goes on from here" in said
        wait_until(lambda: not step_runs(lab, "nas"))
    wait_until(lambda: lab.run("nas", "test ! -e /var/lib/studio-backup/step").returncode == 0)
    studio.apply()
    studio.settled()


def asked(studio: Studio) -> tuple[subprocess.Popen[bytes], int]:
    """An apply on a terminal that has shown its plan and waits for a yes; and the terminal's other end."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [str(PROGRAM), "apply"], cwd=studio.folder, env=studio.environment, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    said = b""
    while b"[y/N]" not in said:
        said += os.read(ours, 65536)
    return process, ours


def answered(process: subprocess.Popen[bytes], terminal: int, word: bytes) -> str:
    """Everything that is said after the answer; an empty one is Ctrl-C."""
    if word:
        os.write(terminal, word)
    else:
        time.sleep(0.5)  # a signal between the prompt and the reading of the answer is only seen with the next one
        process.send_signal(signal.SIGINT)
    said = b""
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # the other end is closed
            break
        if not data:
            break
        said += data
    process.wait(60)
    os.close(terminal)
    return said.decode("utf-8", "replace")


def test_what_a_human_changes_while_we_ask_is_not_written_over(lab: Lab, tmp_path: Path) -> None:
    studio = Studio(tmp_path / "spec")
    studio.apply()
    lab.run("ws-a", f"sed -i 's/^restrict,command/command/' {KEYS}", check=True)
    process, terminal = asked(studio)
    lab.run("ws-a", f"echo 'ssh-ed25519 AAAAnew colleague' >> {KEYS}", check=True)
    said = answered(process, terminal, b"y\n")
    assert process.returncode == 1, said
    assert "refused by its guard" in said
    assert lab.run("ws-a", f"tail -n 1 {KEYS}").stdout == "ssh-ed25519 AAAAnew colleague\n"
    studio.apply()
    assert "ssh-ed25519 AAAAnew colleague\n" in lab.run("ws-a", f"cat {KEYS}").stdout
    studio.settled()


@pytest.mark.parametrize(("word", "code"), [(b"n\n", 5), (b"", 1), (b"\n", 5)])
def test_no_is_no(lab: Lab, tmp_path: Path, word: bytes, code: int) -> None:
    studio = Studio(tmp_path / "spec")
    studio.apply()
    lab.run("nas", "chmod 0700 /etc/studio-backup/northlight/job", check=True)
    process, terminal = asked(studio)
    said = answered(process, terminal, word)
    assert process.returncode == code, said
    assert "Traceback" not in said
    assert lab.run("nas", "stat -c %a /etc/studio-backup/northlight/job").stdout == "700\n"
