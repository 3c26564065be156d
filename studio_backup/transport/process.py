"""A child process with its three pipes, streamed by the caller."""

from __future__ import annotations

import os
import selectors
import subprocess
import threading
from collections.abc import Mapping, Sequence
from typing import IO

from studio_backup.errors import ConnectionCut, NoAnswer

#: The environment variable that may give the password for sudo: for us alone.
SUDO_PASSWORD = "STUDIO_BACKUP_SUDO_PASSWORD"
_CHUNK = 65536
_ERRORS_KEPT = 65536


def environment() -> dict[str, str]:
    """The environment of every program that we start: ours without the password."""
    return {name: value for name, value in os.environ.items() if name != SUDO_PASSWORD}


def start(arguments: Sequence[str], variables: Mapping[str, str] | None) -> subprocess.Popen[bytes]:
    """A process of its own session with three pipes that never block; its environment is ours or `variables`."""
    pipe = subprocess.PIPE
    given = environment() if variables is None else variables
    process = subprocess.Popen(
        arguments, stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0, start_new_session=True, env=given
    )
    for stream in (process.stdin, process.stdout, process.stderr):
        assert stream is not None
        os.set_blocking(stream.fileno(), False)
    return process


def let_go(process: subprocess.Popen[bytes]) -> None:
    """Close our ends and leave the shell to itself, as a closed SSH channel does; it is still reaped."""
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()
    if process.poll() is None:
        threading.Thread(target=process.wait, daemon=True).start()


def status(code: int) -> int:
    """A return code as a shell would report it: 128 + N for signal N."""
    return code if code >= 0 else 128 - code


class LocalRemote:
    """See Remote. Standard error is drained whenever anything else is waited for."""

    def __init__(self, process: subprocess.Popen[bytes], silence: float) -> None:
        self._process = process
        self._silence = silence
        self._errors = bytearray()
        self._err_open = True

    def read(self, size: int) -> bytes:
        """See Remote.read."""
        out = self._pipe(self._process.stdout)
        self._wait(out, selectors.EVENT_READ)
        return os.read(out.fileno(), size)

    def write(self, data: bytes) -> None:
        """See Remote.write."""
        target, rest = self._pipe(self._process.stdin), memoryview(data)
        while rest:
            self._wait(target, selectors.EVENT_WRITE)
            try:
                rest = rest[os.write(target.fileno(), rest[:_CHUNK]) :]
            except BrokenPipeError:
                raise ConnectionCut("the program stopped reading its input") from None

    def finish_writing(self) -> None:
        """See Remote.finish_writing."""
        self._pipe(self._process.stdin).close()

    def exit_status(self) -> int:
        """See Remote.exit_status."""
        while self.read(_CHUNK):
            continue
        try:
            return status(self._process.wait(self._silence))
        except subprocess.TimeoutExpired:
            raise NoAnswer(f"the program did not end in {self._silence:g} s") from None

    def errors(self) -> str:
        """See Remote.errors."""
        self._drain()
        return self._errors.decode("utf-8", "surrogateescape")

    def close(self) -> None:
        """See Remote.close."""
        let_go(self._process)

    @staticmethod
    def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
        assert stream is not None
        return stream

    def _wait(self, stream: IO[bytes], event: int) -> None:
        err = self._pipe(self._process.stderr)
        while True:
            with selectors.DefaultSelector() as selector:
                selector.register(stream, event)
                if self._err_open:
                    selector.register(err, selectors.EVENT_READ)
                ready = {key.fileobj for key, _ in selector.select(self._silence)}
            if err in ready:
                self._drain()
            if stream in ready:
                return
            if not ready:
                raise NoAnswer(f"nothing moved for {self._silence:g} s")

    def _drain(self) -> None:
        while self._err_open:
            try:
                data = os.read(self._pipe(self._process.stderr).fileno(), _CHUNK)
            except BlockingIOError:
                return
            self._err_open = bool(data)
            self._errors += data
            del self._errors[:-_ERRORS_KEPT]
