"""What one event would leave of a dataset: which places, how much work is lost, for how long a deletion can be mended.

Two ways to know: by the design ("if every job runs", a bound that holds at every moment), or by what copies were
really seen to hold, at this moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio_backup.facts import AHEAD, Observation
from studio_backup.policy.events import Event, survivors
from studio_backup.policy.holding import Holding
from studio_backup.policy.reach import lost
from studio_backup.spec.schedule import DAY

#: How long it is believed that a copy that nobody can look at still holds what it was seen to hold.
SEEN_FOR = 180 * DAY


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """A place that still holds the data; `lost` seconds of work are not in it."""

    holding: Holding
    lost: float
    point: int | None = None  # the state that would be brought back, where it was seen; None for the design


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """`left`: best first. `unseen`: places that may hold it, too, of which nothing is known."""

    event: Event
    left: tuple[Left, ...]
    unseen: tuple[str, ...] = ()

    @property
    def lost(self) -> float | None:
        """Seconds of work that are lost; None where nothing is left."""
        return self.left[0].lost if self.left else None

    @property
    def names(self) -> list[str]:
        """What is left, best first."""
        return [one.holding.name for one in self.left]


def by_design(holdings: Sequence[Holding], event: Event, noticed_after: float) -> Outcome:
    """At worst, if every job runs; `noticed_after` in seconds, for what is not seen at once."""
    left = []
    for holding in survivors(holdings, event, noticed_after):
        back = noticed_after if event.noticed else 0
        gone = lost(holding.depths, holding.age, back) if event.noticed else holding.age
        assert gone is not None
        left.append(Left(holding=holding, lost=gone))
    return Outcome(event=event, left=_best_first(left))


def by_evidence(
    holdings: Sequence[Holding], event: Event, noticed_after: float, seen: Mapping[str, Observation], now: float
) -> Outcome:
    """By what each copy (by its name) was last seen to hold; one that is not in `seen` is unseen.

    What was seen too long ago to be believed is unseen, too.
    """
    spoilt = event.noticed or any(one.is_original and event.spoils(one) for one in holdings)
    until = now - noticed_after if event.noticed else now
    left, unseen = [], []
    for holding in holdings:
        if event.takes(holding):
            continue
        if holding.is_original:
            left += [] if spoilt else [Left(holding=holding, lost=0)]
            continue
        look = seen.get(holding.name)
        if look is None or not -AHEAD <= now - look.at <= SEEN_FOR:
            unseen.append(holding.name)
            continue
        # A look from before the deletion does not tell whether it has followed since.
        followed = spoilt and (holding.sync or event.kind != "delete" or look.at < until)
        if (point := _state(holding, look, until, now, followed)) is not None:
            left.append(Left(holding=holding, lost=until - point, point=point))
    return Outcome(event=event, left=_best_first(left), unseen=tuple(unseen))


def _state(holding: Holding, look: Observation, until: float, now: float, followed: bool) -> int | None:
    """When the newest state that it holds from before `until` was read at the source.

    What keeps no versions follows with its next run, and only a deletion that is noticed before is found there still.
    """
    moments = look.moments
    if not holding.versioned:
        moments = () if look.state is None or followed else (look.state,)
    elif not moments and look.state is not None:
        # Of another product only the last run is known, and for how long it keeps what was there before: a run that
        # nobody knows of brings nothing back.
        kept = tuple(int(until - depth.gap) for depth in holding.depths if depth.back >= now - until)
        moments = (look.state,) if kept and look.state <= until else kept
    return max((moment for moment in moments if moment <= until), default=None)


def _best_first(left: Sequence[Left]) -> tuple[Left, ...]:
    return tuple(sorted(left, key=lambda one: one.lost))
