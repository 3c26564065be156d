"""The workstation of the stand-ins itself: who answers is who was booted, and nobody is taken for another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest

from studio_backup.errors import StudioBackupError
from studio_backup.source import Place
from studio_backup.spec.model import System
from studio_backup.ssh import connect
from tests.sim.dual.box import Box
from tests.sshd import USER


class Echo:
    """Says what it was asked, and what it was given; its exit status is more than eight bits wide."""

    def __init__(self) -> None:
        self.ended = threading.Event()

    def execute(self, command: str, given: BinaryIO, out: Callable[[bytes], None], err: Callable[[bytes], None]) -> int:
        out(command.encode())
        for line in given:
            out(line)
            err(b"heard\n")
        self.ended.set()
        return 256 + 7


@pytest.fixture
def box(tmp_path: Path) -> Box:
    made = Box(tmp_path / "box")
    made.add_posix("linux", [], {"PATH": "/usr/bin:/bin"})
    return made


def system(box: Box, name: str, os: str) -> System:
    return System(machine="ws-a", name=name, os=os, address="127.0.0.1", port=box.port, user=USER,
                  host_key=box.host_keys[name], identity=str(box.identity), place=Place("i.yml", 1, 1))  # fmt: skip


def test_who_was_booted_answers_and_who_was_not_is_known_by_its_key(box: Box) -> None:
    echo = Echo()
    box.add_windows("windows", echo)
    linux, windows = system(box, "linux", "linux"), system(box, "windows", "windows")
    try:
        begun = time.monotonic()
        box.boot("linux")
        transport, answering = connect(windows, [linux])
        assert answering is linux
        assert transport.run("echo here", 10).reply.out == "here\n"
        transport.close()
        box.boot("windows")
        assert time.monotonic() - begun < 20
        transport, answering = connect(linux, [windows])
        assert answering is windows
        answer = transport.run("a line\n", 10)
        assert answer.reply.out.startswith("powershell.exe ")
        assert answer.reply.out.endswith("a line\n")
        assert (answer.reply.err, answer.reply.exit) == ("heard\n", 7)
        with pytest.raises(StudioBackupError, match="host key"):
            connect(linux, [])
        box.boot(None)
        with pytest.raises(StudioBackupError):
            connect(linux, [windows])
    finally:
        box.close()


def test_what_streams_there_stays_open_until_the_machine_is_switched_off(box: Box) -> None:
    echo = Echo()
    box.add_windows("windows", echo)
    try:
        box.boot("windows")
        transport, _ = connect(system(box, "windows", "windows"), [])
        remote = transport.open("one\n\n")
        said = b""
        while b"one\n" not in said:
            said += remote.read(4096)
        assert not echo.ended.is_set()
        box.boot(None)
        assert echo.ended.wait(10)
    finally:
        box.close()
