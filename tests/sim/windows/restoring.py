"""A restore point in a folder of this machine, and the way of it into a folder of a Windows."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from studio_backup.restore.carry import check, move
from studio_backup.restore.choice import Choice
from studio_backup.restore.stream import Moved
from studio_backup.status import Standing
from studio_backup.transport import Local, Transport
from tests.sim.windows.machine import Windows
from tests.windows_copies import route, studio

POINT = "2026-03-02T04-00-00Z"
FOLDER = r"S:\Restored"
#: Written then, in seconds since 1970.
LONG_AGO = 1_000_000_000


@dataclass
class Restoring:
    """`point` is what is held; `told` hears of every piece on its way; `reach` is another way to that Windows."""

    windows: Windows
    point: Path
    told: Callable[[int, str], None] = lambda *_: None
    reach: Callable[[], Transport] | None = None

    def put(self, name: str, data: bytes = b"take", written: float = LONG_AGO) -> Path:
        """A file of the point."""
        path = self.point / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (written, written))
        return path

    @property
    def landed(self) -> Path:
        """Where the folder stands on this machine."""
        return self.windows.drives.root("S") / "Restored"

    def move(self, path: str = "", folder: str = FOLDER) -> Moved:
        """What `restore` does, up to the look at what landed."""
        standing = Standing(route(studio(), "on-nas"), None, None, (POINT,), made={POINT: str(self.point)})
        return move(Local(), Choice(standing, POINT), path, self._way(), folder, self.told)

    def wait(self) -> None:
        """Until nothing of ours runs there."""
        assert all(map(self.windows.gone, list(self.windows.processes.values())))

    def check(self, moved: Moved) -> None:
        """That look."""
        check(self._way(), FOLDER, moved, 30)

    def _way(self) -> Transport:
        return self.reach() if self.reach else self.windows.transport()

    def restore(self, path: str = "") -> Moved:
        """Both; it was asked nothing that the stand-in does not know."""
        moved = self.move(path)
        self.check(moved)
        assert self.windows.refused() == []
        return moved


def hashes(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }
