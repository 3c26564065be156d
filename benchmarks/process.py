"""Running a program to its end and seeing what it cost."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Run:
    """Wall seconds, processor seconds of the program itself, its largest resident memory in MB, exit status, output.

    A program never seems to have less memory than the process that started it (Linux counts it from before `exec`).
    """

    seconds: float
    processor: float
    megabytes: float
    exit: int
    out: str
    err: str


class Failed(Exception):
    """A program ended with a status that the measurement does not expect; the text says what it printed."""


def run(argv: Sequence[str], expected: Sequence[int] = (0,), extra: Mapping[str, str] | None = None) -> Run:
    """Run a program as a user would start it, output into files; raises Failed on an unexpected exit status."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begun = time.perf_counter()
        process = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env={**os.environ, **(extra or {})}
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode("utf-8", "replace"))
    if process.returncode not in expected:
        raise Failed(f"exit {process.returncode} from {' '.join(argv)[:200]}\n{texts[0][-3000:]}\n{texts[1][-3000:]}")
    spent = usage.ru_utime + usage.ru_stime
    return Run(seconds, spent, usage.ru_maxrss / 1000, process.returncode, *texts)
