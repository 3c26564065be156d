"""How far back a copy surely reaches, and how coarsely: from its retention and from how often points are made.

All of it holds at every moment, however the clocks of the schedules stand to one another, and where points come evenly
some moment is as bad as that. The minutes that a timer waits so that not all jobs start at once, and the hour of
daylight saving, are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import inf

from studio_backup.spec.retention import Retention
from studio_backup.spec.schedule import DAY, HOUR, MANUAL_LIMIT, MONTH, WEEK, Schedule

#: The shortest and the longest that a period of each rule can be, in seconds.
_PERIODS = {
    "hourly": (HOUR, HOUR),
    "daily": (DAY, DAY),
    "weekly": (WEEK, WEEK),
    "monthly": (28 * DAY, 31 * DAY),
    "yearly": (365 * DAY, 366 * DAY),
}


@dataclass(frozen=True, slots=True)
class Spacing:
    """Seconds from one restore point of a copy to the next: at least, and at most."""

    shortest: int
    longest: int
    steady: bool = field(
        default=True, compare=False
    )  # they also come evenly: each as long after its date as the others

    @property
    def even(self) -> bool:
        """True where it is always the same."""
        return self.shortest == self.longest


@dataclass(frozen=True, slots=True)
class Depth:
    """Up to `back` seconds before now there is surely a point no older than `gap` seconds than any moment."""

    back: float
    gap: int


def spacing(chain: Sequence[Schedule]) -> Spacing:
    """That of a copy which is made by the first of these schedules from a copy made by the second, and so on."""
    own = single(chain[0])
    if len(chain) == 1:
        return own
    fed = spacing(chain[1:])
    step, behind = fed.shortest, sum(single(one).longest for one in chain[1:])
    if not fed.steady:  # two may come between two looks, though their dates are far enough from one another
        return Spacing(max(step, own.shortest - behind), own.longest + behind, steady=False)
    # Only where one rhythm fits into the other does each point wait as long to be seen as every other.
    fitting = own.shortest % step == 0 or step % own.shortest == 0 if fed.even else DAY % (own.shortest or WEEK) == 0
    steady = own.even and fitting
    if own.longest <= step:
        return Spacing(step, fed.longest, steady)  # it looks often enough to see every one
    if fed.even:  # whole steps of what it is fed from
        return Spacing(max(step, own.shortest // step * step), -(-own.longest // step) * step, steady)
    return Spacing(max(step, own.shortest - behind), own.longest + behind, steady=False)


def single(schedule: Schedule) -> Spacing:
    """Of one schedule alone: a run by hand may come at once, or after a month."""
    if not schedule.period:
        return Spacing(0, MANUAL_LIMIT)
    return Spacing(28 * DAY, MONTH) if schedule.period == MONTH else Spacing(schedule.period, schedule.period)


@lru_cache(maxsize=4096)
def depths(keep: Retention, points: Spacing) -> tuple[Depth, ...]:
    """One for each rule, once it has had the time to fill, and one for the newest point, which always stays."""
    if not keep.limited:
        return (Depth(inf, points.longest),)
    return (Depth(0, points.longest), *_ruled(keep, points))


def _ruled(keep: Retention, points: Spacing) -> Iterator[Depth]:
    if keep.last > 1:
        yield Depth((keep.last - 1) * points.shortest, points.longest)
    for rule, (shortest, longest) in _PERIODS.items():
        count: int = getattr(keep, rule)
        if count > 1:
            yield Depth(_back(count, shortest, points), _gap(shortest, longest, points))


def _back(count: int, shortest: int, points: Spacing) -> float:
    """The worst moment is right after a run that began a new period.

    The newest point of the period before is then one run old, and every further one about a period more.
    """
    steps, least = count - 2, points.shortest
    whole = _months(max(steps, 0)) * DAY if shortest == 28 * DAY else steps * shortest
    # An even spacing makes it a whole number of points.
    further = least * (whole // least) if points.even else whole - min(points.longest, shortest)
    return least + max(further, steps * least, 0)


#: Days that so many months in a row have at least: the shortest such time begins or ends with a February.
_MONTHS = (0, 28, 59, 89, 120, 150, 181, 212, 242, 273, 303, 334)


def _months(count: int) -> int:
    """Days that so many months in a row have at least; of years, that none is a leap year."""
    years, rest = divmod(count, 12)
    return 365 * years + _MONTHS[rest]


def _gap(shortest: int, longest: int, points: Spacing) -> int:
    """From the newest point of one period to that of the next."""
    once = points.shortest >= longest or (points.shortest, points.longest) == (shortest, longest)
    if once:
        return points.longest
    # An even spacing makes it a whole number of points: as many as the longest period can hold.
    return -(-longest // points.longest) * points.longest if points.even else longest + points.longest


def reach(keep: Retention, period: int) -> float:
    """Seconds back for which a point that old or older is there at any moment; one is made every `period`."""
    return max(depth.back for depth in depths(keep, Spacing(period, period)))


def lost(found: Sequence[Depth], age: int, noticed_after: float) -> float | None:
    """Seconds of work before something went wrong that are lost at worst, when it is noticed that much later.

    `age`: how far behind the newest point may be. None where nothing surely reaches back that far.
    """
    gaps = [depth.gap for depth in found if depth.back >= noticed_after]
    return max(age - noticed_after, min(gaps)) if gaps else None
