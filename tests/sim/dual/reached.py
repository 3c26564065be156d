"""The simulated Windows behind the SSH server of a box: its streams as they come, for as long as both sides stay."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import BinaryIO

from tests.sim.windows.machine import Windows
from tests.sim.windows.process import Input
from tests.sim.windows.transport import Started

#: What Windows says of a program that it ended.
_ENDED = 0xC000013A


class Reached:
    """See box.Executor."""

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self.faults: list[BaseException] = []

    def execute(self, command: str, given: BinaryIO, out: Callable[[bytes], None], err: Callable[[bytes], None]) -> int:
        """One powershell.exe from its start to its end."""
        entered = Input(b"", closed=False)
        started = Started(self._windows, command, entered)
        threading.Thread(target=_feed, args=(given, entered), daemon=True).start()
        told_out = told_err = 0
        ended = False
        while not ended:
            with started.changed:
                while not started.ended and len(started.out) == told_out and len(started.err) == told_err:
                    started.changed.wait()
                ended = started.ended
                said, complained = bytes(started.out[told_out:]), bytes(started.err[told_err:])
            told_out, told_err = told_out + len(said), told_err + len(complained)
            if said:
                out(said)
            if complained:
                err(complained)
        if started.fault is not None:
            self.faults.append(started.fault)
        return _ENDED if started.code is None or started.code < 0 else started.code


def _feed(given: BinaryIO, entered: Input) -> None:
    while True:
        try:
            data = given.read(65536)
        except ValueError:  # closed: the program ended before its input did
            data = b""
        if not data:
            entered.finish()
            return
        entered.feed(data)
