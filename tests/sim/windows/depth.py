"""How deep calls may nest while a Windows lives: a program in there nests deeper than Python allows by itself."""

from __future__ import annotations

import sys
import threading

_NEEDED = 50_000
_LOCK = threading.Lock()


class Depth:
    """Raised for the first who needs it, as it was again after the last: other tests count on Python's own limit."""

    def __init__(self) -> None:
        self._users = 0
        self._before = 0

    def borrow(self) -> None:
        """One more needs it."""
        with _LOCK:
            if not self._users:
                self._before = sys.getrecursionlimit()
                sys.setrecursionlimit(max(self._before, _NEEDED))
            self._users += 1

    def give_back(self) -> None:
        """One less needs it."""
        with _LOCK:
            self._users -= 1
            if not self._users:
                sys.setrecursionlimit(self._before)


DEPTH = Depth()
