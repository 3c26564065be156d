"""What a point is restored into, by the language that its system speaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studio_backup.restore import posix, windows
from studio_backup.restore.stream import Sink
from studio_backup.transport import Remote


@dataclass(frozen=True)
class Target:
    """How a folder there is opened, filled, and read again."""

    #: The script that says in its first line whether it takes anything into that folder, then waits for it.
    land: Callable[[str], str]
    #: The way into it, by that line; raises StudioBackupError where it cannot be written.
    sink: Callable[[str, str, Remote], Sink]
    #: The script that lists the hash of every file there, for `hashes.parse_hashes`.
    verify: Callable[[str], str]


#: By the word that a Transport has for what it speaks to.
TARGETS = {
    "sh": Target(posix.land, posix.sink, posix.verify),
    "powershell": Target(windows.land, windows.sink, windows.verify),
}
