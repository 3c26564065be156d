"""One deadline over many waits."""

from __future__ import annotations

import time


class Deadline:
    """A moment `seconds` from now."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds left, 0.0 when it has passed."""
        return max(0.0, self._at - time.monotonic())

    @property
    def passed(self) -> bool:
        """True once no time is left."""
        return self.left() == 0.0

    def within(self, seconds: float | None) -> Deadline:
        """The earlier of this deadline and `seconds` from now."""
        return Deadline(self.left() if seconds is None else min(self.left(), seconds))
