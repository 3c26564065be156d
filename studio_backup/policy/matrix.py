"""One dataset against all that can happen: the rows of `what-if`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from studio_backup.facts import Observation
from studio_backup.policy.events import HIDDEN, Event, events_of
from studio_backup.policy.holding import Holding
from studio_backup.policy.outcome import Outcome, by_design, by_evidence
from studio_backup.policy.recovery import Pace
from studio_backup.spec.model import Dataset

NEVER_DRILLED = Pace(MappingProxyType({}), None)


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """One dataset: its places, what each event would leave of them, how fast copies were when they were drilled."""

    dataset: Dataset
    holdings: Sequence[Holding]
    outcomes: Sequence[Outcome]
    pace: Pace

    def back_in(self, outcome: Outcome) -> float | None:
        """Seconds until the data is back, 0 where the original is left; None while nobody knows."""
        best = outcome.left[0].holding if outcome.left else None
        if best is None:
            return None
        return 0 if best.is_original else self.pace.back_in(best.name)


def matrix_of(
    dataset: Dataset,
    holdings: Sequence[Holding],
    noticed_after: float,
    *,
    only: Collection[Event] = (),
    pace: Pace = NEVER_DRILLED,
    seen: Mapping[str, Observation] | None = None,
    now: float = 0,
) -> Matrix:
    """Every event that touches the dataset, or those of `only`: by the design, or, with `seen`, by the evidence.

    `seen`: what each copy (by its name) was last seen to hold; one that is not in it is unseen.
    """
    chosen = [event for event in events_of(holdings) if (event in only if only else event.kind not in HIDDEN)]
    if seen is None:
        outcomes = [by_design(holdings, event, noticed_after) for event in chosen]
    else:
        outcomes = [by_evidence(holdings, event, noticed_after, seen, now) for event in chosen]
    return Matrix(dataset=dataset, holdings=holdings, outcomes=outcomes, pace=pace)
