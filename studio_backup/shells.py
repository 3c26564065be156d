"""The two languages that systems are spoken to in, a POSIX shell's and PowerShell's, behind one set of functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from studio_backup import lock, probe, script
from studio_backup.probe import Probe, Reply, Unanswered
from studio_backup.secret import Secret
from studio_backup.step import Outcome, Task
from studio_backup.windows import acting, asking, holding


@dataclass(frozen=True)
class Shell:
    """How questions, waves and the lock are put in one language, and what an answer says."""

    join: Callable[[Sequence[Probe], str], str]
    split: Callable[[Reply, int, str], list[Reply | Unanswered]]
    build: Callable[[Sequence[Task], str, str, Callable[[Secret], str]], str]
    lost: Callable[[Reply, str], bool]
    outcomes: Callable[[Sequence[Task], Reply, str], dict[str, Outcome | None]]
    acquire: Callable[[str, str, bool], str]


#: By the word that a Transport has for what it speaks to.
SHELLS = {
    "sh": Shell(probe.join, probe.split, script.build, script.lost, script.outcomes, lock.acquire),
    "powershell": Shell(asking.join, asking.split, acting.build, acting.lost, acting.outcomes, holding.acquire),
}
