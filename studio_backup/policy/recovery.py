"""How long it takes until the data is back: known from drills that were really done, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from studio_backup.facts import AHEAD, Drill
from studio_backup.spec.schedule import DAY

#: How long a drill counts, unless a policy says otherwise.
DRILLED_FOR = 365 * DAY


@dataclass(frozen=True)
class Pace:
    """Of one dataset: bytes a second that each copy gave when it was last drilled, and bytes to bring back."""

    rates: Mapping[str, float]
    size: int | None

    @classmethod
    def drilled(
        cls, drills: Iterable[tuple[int, Drill]], dataset: str, now: float, limit: float = DRILLED_FOR,
        size: int | None = None,
    ) -> Pace:  # fmt: skip
        """By the newest drill of each copy that still counts; the size by the newest that brought back everything.

        `drills`: each with its moment; `size`: what the spec says, where no drill says better.
        """
        counted = [drill for at, drill in sorted(drills, key=lambda one: one[0])
                   if drill.dataset == dataset and -AHEAD <= now - at <= limit]  # fmt: skip
        rates = {drill.copy: drill.bytes / max(drill.seconds, 1.0) for drill in counted if drill.bytes}
        whole = [drill.bytes for drill in counted if drill.whole]
        return cls(rates, whole[-1] if whole else size)

    def back_in(self, copy: str) -> float | None:
        """Seconds that a restore of everything from that copy takes; None until it was drilled."""
        if copy not in self.rates or self.size is None:
            return None
        return self.size / self.rates[copy]
