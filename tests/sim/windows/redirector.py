"""What the SMB client of Windows remembers of a share: for seconds it answers by itself, whatever others did meanwhile.

For how long, Get-SmbClientConfiguration says of a fresh Windows. That what this machine writes drops what is remembered
of that name alone is the stricter of two readings of Microsoft's page on these caches.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tests.sim.windows.powershell.patterns import wildcard

if TYPE_CHECKING:
    from tests.sim.windows.machine import Windows

_NOT_FOUND, _LISTING = timedelta(seconds=5), timedelta(seconds=10)


class Redirector:
    """Of one Windows; paths are those of its shares, as programs name them."""

    def __init__(self, windows: Windows) -> None:
        self._windows = windows
        self._missing: dict[str, datetime] = {}
        self._lists: dict[tuple[str, str], tuple[datetime, list[str]]] = {}

    def _fresh(self, since: datetime, limit: timedelta) -> bool:
        return timedelta() <= self._windows.now - since < limit

    def misses(self, full: str, there: bool) -> bool:
        """Whether a look says that nothing stands there, be it so or not."""
        key = _named(full)
        if key in self._missing and self._fresh(self._missing[key], _NOT_FOUND):
            return True
        self._missing.pop(key, None)
        if not there:
            self._missing[key] = self._windows.now
        return not there

    def listing(self, folder: str, pattern: str, names: list[str]) -> list[str]:
        """The names that a listing gives."""
        key = (_named(folder), pattern)
        if key not in self._lists or not self._fresh(self._lists[key][0], _LISTING):
            self._lists[key] = (self._windows.now, names)
        return self._lists[key][1]

    def wrote(self, full: str) -> None:
        """This machine wrote there itself."""
        folder, _, name = _named(full).rpartition("\\")
        self._missing.pop(f"{folder}\\{name}", None)
        for key in [key for key in self._lists if key[0] == folder and wildcard(key[1], exact=False).match(name)]:
            del self._lists[key]

    def forget(self) -> None:
        """The connection is gone, and all that was remembered with it."""
        self._missing.clear()
        self._lists.clear()


def _named(path: str) -> str:
    plain = path.rstrip("\\").lower()
    return f"\\\\{plain[8:]}" if plain.startswith("\\\\?\\unc\\") else plain
