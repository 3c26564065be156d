"""How far back a copy surely reaches: from its retention and from how often restore points are made."""

from __future__ import annotations

from functools import lru_cache
from math import inf

from studio_backup.spec.retention import Retention
from studio_backup.spec.schedule import DAY, HOUR, WEEK

#: The shortest that a period of each rule can be, in seconds.
_SHORTEST = {"hourly": HOUR, "daily": DAY, "weekly": WEEK, "monthly": 28 * DAY, "yearly": 365 * DAY}


@lru_cache(maxsize=4096)
def reach(keep: Retention, period: int) -> float:
    """Seconds back for which a restore point that old or older is there at any moment, once all rules are filled.

    `period`: seconds from one restore point to the next. The worst moment is right after a run that began a new
    period: the newest point of the period before is then one run old, and every further one a whole period more.
    """
    if not keep.limited:
        return inf
    reaches = [(keep.last - 1) * period if keep.last else 0]
    for rule, shortest in _SHORTEST.items():
        count: int = getattr(keep, rule)
        if count > 1:
            reaches.append(period + (count - 2) * max(shortest, period))
    return float(max(reaches))
