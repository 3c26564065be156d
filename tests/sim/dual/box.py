"""One address that answers as a Mac, as a Windows, or not at all: whichever was booted, with its own host key."""

from __future__ import annotations

import os
import shlex
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from tests.sim.dual import relay
from tests.sshd import SSHD, free_port, make_key

_RELAY = Path(relay.__file__)


class Executor(Protocol):
    """A simulated Windows as its SSH server sees it: one command line, three streams, an exit status."""

    def execute(self, command: str, given: BinaryIO, out: Callable[[bytes], None], err: Callable[[bytes], None]) -> int:
        """Runs to its end; `given` is standard input."""
        ...


@dataclass
class Box:
    """A workstation with several systems at one port of 127.0.0.1; `boot` takes well under a second."""

    folder: Path
    port: int = field(default_factory=free_port)
    host_keys: dict[str, str] = field(default_factory=dict)
    booted: str | None = None
    _commands: dict[str, str] = field(default_factory=dict)
    _server: subprocess.Popen[bytes] | None = None
    _windows: socket.socket | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.identity = self.folder / "identity"
        (self.folder / "authorized_keys").write_text(make_key(self.identity) + "\n")
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)

    def add_posix(self, name: str, enter: list[str], environment: Mapping[str, str]) -> None:
        """A system with a shell: `enter` runs a command in it."""
        variables = [f"{key}={value}" for key, value in environment.items()]
        line = shlex.join(["env", "-i", *variables, *enter, "/bin/sh", "-c"])
        self._add(name, f'{line} "$SSH_ORIGINAL_COMMAND"')

    def add_windows(self, name: str, windows: Executor) -> None:
        """A simulated Windows, which stays in this process: each command reaches it through a socket."""
        path = self.folder / "windows.sock"
        self._windows = socket.socket(socket.AF_UNIX)
        self._windows.bind(str(path))
        self._windows.listen(16)
        threading.Thread(target=_serve, args=(self._windows, windows), daemon=True).start()
        self._add(name, shlex.join([sys.executable, "-I", "-S", str(_RELAY), str(path)]))

    def _add(self, name: str, command: str) -> None:
        self.host_keys[name] = make_key(self.folder / f"host-{name}")
        script = self.folder / f"enter-{name}"
        script.write_text(f"#!/bin/sh\nexec {command}\n")
        script.chmod(0o700)
        settings = [
            f"Port {self.port}", "ListenAddress 127.0.0.1", f"HostKey {self.folder}/host-{name}",
            f"AuthorizedKeysFile {self.folder}/authorized_keys", f"ForceCommand {script}", "UsePAM no",
            "StrictModes no", "PermitRootLogin yes", "PasswordAuthentication no", "KbdInteractiveAuthentication no",
            "PidFile none",
        ]  # fmt: skip
        (self.folder / f"sshd-{name}.conf").write_text("\n".join(settings) + "\n")

    def boot(self, name: str | None) -> None:
        """Whatever runs is switched off, and this system started; none for a machine that is off."""
        if self._server is not None:
            self._end(self._server)
            self._server = None
        self.booted = name
        if name is None:
            return
        assert SSHD is not None, "these tests need an OpenSSH server (apt install openssh-server)"
        log = self.folder / f"sshd-{name}.log"
        command = [SSHD, "-D", "-E", str(log), "-f", str(self.folder / f"sshd-{name}.conf")]
        self._server = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + 10
        with socket.socket() as sock:
            while sock.connect_ex(("127.0.0.1", self.port)):
                assert self._server.poll() is None, log.read_text()
                assert time.monotonic() < deadline, "the server does not listen"
                time.sleep(0.01)

    def _end(self, server: subprocess.Popen[bytes]) -> None:
        """Sessions that are open end with the machine, as they do when it is switched off."""
        sessions = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(server.pid)], capture_output=True, text=True, check=False
        )
        for pid in sessions.stdout.split():
            subprocess.run(["kill", "-9", pid], check=False, stderr=subprocess.DEVNULL)
        server.terminate()
        server.wait()

    def close(self) -> None:
        """Off for good."""
        self.boot(None)
        if self._windows is not None:
            self._windows.close()


def _serve(listening: socket.socket, windows: Executor) -> None:
    while True:
        try:
            sock, _ = listening.accept()
        except OSError:  # closed: the test is over
            return
        threading.Thread(target=_run, args=(sock, windows), daemon=True).start()


def _run(sock: socket.socket, windows: Executor) -> None:
    with sock:
        first = relay.receive(sock)
        assert first is not None
        lock = threading.Lock()
        reading, writing = os.pipe()
        threading.Thread(target=_input, args=(sock, writing), daemon=True).start()

        def say(letter: bytes, data: bytes) -> None:
            with lock, suppress(OSError):  # the machine was switched off meanwhile: nobody hears it
                relay.send(sock, letter, data)

        with os.fdopen(reading, "rb", buffering=0) as given:
            code = windows.execute(first[1].decode(), given, lambda data: say(b"o", data), lambda data: say(b"e", data))
        say(b"x", struct.pack(">I", code & 0xFFFFFFFF))


def _input(sock: socket.socket, writing: int) -> None:
    """What is typed there, until it ends or the connection does."""
    with os.fdopen(writing, "wb", buffering=0) as pipe:
        try:
            while (message := relay.receive(sock)) is not None and message[1]:
                pipe.write(message[1])
        except OSError:  # nobody reads it any more, or the other side is gone
            return
