"""This machine as a system: a shell for every script, with the same deadlines and marks as over SSH."""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from collections.abc import Mapping, Sequence

from studio_backup.transport.answer import Answer, Collector
from studio_backup.transport.interface import SILENCE, STREAM_BOOT, Remote, one_line
from studio_backup.transport.process import LocalRemote, let_go, start, status

_CHUNK = 65536


class Local:
    """Runs scripts with `shell` on this machine, as the user the program runs as."""

    language = "sh"

    def __init__(self, shell: Sequence[str] = ("/bin/sh",), environment: Mapping[str, str] | None = None) -> None:
        self._shell = tuple(shell)
        self._environment = environment

    def run(self, script: str, timeout: float, end: str | None = None) -> Answer:
        """See Transport.run."""
        deadline = time.monotonic() + timeout
        process = start([*self._shell, "-s"], self._environment)
        collector, pump = Collector(end), _Pump(process, script.encode("utf-8", "surrogateescape"))
        try:
            while pump.reading and not collector.ended:
                left = deadline - time.monotonic()
                if left <= 0:
                    return collector.stopped(f"no whole answer in {timeout:g} s")
                pump.turn(left, collector)
            if collector.ended:
                return collector.stopped("")
            try:
                return collector.closed(status(process.wait(max(0.0, deadline - time.monotonic()))))
            except subprocess.TimeoutExpired:
                return collector.stopped(f"its streams are closed, but it did not end in {timeout:g} s")
        finally:
            pump.close()
            let_go(process)

    def open(self, script: str, silence: float = SILENCE) -> Remote:
        """See Transport.open."""
        remote = LocalRemote(start([*self._shell, "-c", STREAM_BOOT], self._environment), silence)
        remote.write(one_line(script))
        return remote

    def close(self) -> None:
        """Nothing is held open between scripts."""


class _Pump:
    """Moves bytes between a process and a collector, one ready pipe at a time."""

    def __init__(self, process: subprocess.Popen[bytes], script: bytes) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._input, self._out, self._err = process.stdin, process.stdout, process.stderr
        self._rest = memoryview(script)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._out, selectors.EVENT_READ)
        self._selector.register(self._err, selectors.EVENT_READ)
        self._selector.register(self._input, selectors.EVENT_WRITE)
        self.reading = 2

    def turn(self, seconds: float, collector: Collector) -> None:
        """Wait for any pipe, at most `seconds`, and serve those that are ready."""
        for key, _ in self._selector.select(seconds):
            if key.fileobj is self._input:
                self._send()
                continue
            data = os.read(key.fd, _CHUNK)
            (collector.out if key.fileobj is self._out else collector.err).feed(data)
            if not data:
                self._selector.unregister(key.fileobj)
                self.reading -= 1

    def close(self) -> None:
        """Stop watching; the pipes stay open."""
        self._selector.close()

    def _send(self) -> None:
        try:
            self._rest = self._rest[os.write(self._input.fileno(), self._rest[:_CHUNK]) :]
        except BrokenPipeError:  # the shell left early: its exit status says why
            self._rest = memoryview(b"")
        if not self._rest:
            self._selector.unregister(self._input)
            self._input.close()
