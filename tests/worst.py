"""The worst moment, found by replaying schedules run by run and looking: how old a copy is, what a late notice costs.

It knows nothing of reaches or bounds. Clocks may stand in any way to one another, so schedules are replayed in the ways
that hurt most (all runs at one moment, the reader before or after what it reads) and in ways that chance picks.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from random import Random

from studio_backup.spec.retention import Retention
from studio_backup.spec.schedule import DAY, HOUR, MANUAL_LIMIT, MONTH, Schedule

MONTHS = [int(datetime(2025 + number // 12, number % 12 + 1, 1, tzinfo=UTC).timestamp()) for number in range(42)]
#: Mondays that begin a month: after one of 31 days, and after the shortest.
MONDAYS = [int(datetime(*day, tzinfo=UTC).timestamp()) for day in ((2026, 6, 1), (2027, 2, 1), (2027, 3, 1))]
#: The first of January: December had 31 days, and so has January.
NEW_YEAR = int(datetime(2027, 1, 1, tzinfo=UTC).timestamp())

#: (when a copy ran, when what it then held was read at the source)
Runs = list[tuple[int, int]]


def at_once(every: Schedule, moment: int, start: int, end: int) -> list[int]:
    """The runs of a schedule that has one at this moment; who copies by hand does so at the last moment."""
    if every.period == MONTH:
        first = max(one for one in MONTHS if one <= moment)
        return [one + moment - first for one in MONTHS if start <= one + moment - first < end]
    period = every.period or MANUAL_LIMIT
    return list(range(moment - (moment - start) // period * period, end, period))


def replayed(links: Sequence[list[int]], reader_first: bool) -> Runs:
    """What the last copy of a chain held after each of its runs; `links`: the runs of each, from the original on."""
    steps: list[tuple[int, int]] = []
    for number, runs in enumerate(links):
        steps += [(now, -number if reader_first else number) for now in runs]
    newest: dict[int, int] = {}
    found: Runs = []
    for now, key in sorted(steps):
        number = abs(key)
        date = now if number == 0 else newest.get(number - 1)
        if date is not None:
            newest[number] = date
            if number == len(links) - 1 and (not found or found[-1][1] != date):
                found.append((now, date))
    return found


def oldest_ever(chain: Sequence[Schedule], chance: Random, away: tuple[int, int] | None = None) -> int:
    """Seconds that the newest state of a copy is behind at the worst moment; `chain`: from the original on.

    `away`: a drive of a rotation, for how long it is here and then not. Right before a run it is worst.
    """
    worst, by_hand = 0, not chain[-1].period
    # Where two of them are monthly, it matters which month the second begins in.
    months = MONTHS[16:28] if sum(one.period == MONTH for one in chain) > 1 else [NEW_YEAR]
    span = 3 * sum(one.period or MANUAL_LIMIT for one in chain) + 3 * sum(away or ()) + DAY
    by_chance = [[NEW_YEAR + chance.randrange(0, span // 2, 60) for _ in chain] for _ in range(2)]
    for clocks in [*(_hurting(chain, month) for month in months), *by_chance]:
        start, end = clocks[0] - span, clocks[0] + span
        links = [at_once(one, moment, start, end) for one, moment in zip(chain, clocks, strict=True)]
        for leaves in _leaving(clocks[-1], chain[-1].period, away, chance) if away is not None else [0]:
            made = list(_while_here(links[-1], leaves, away, by_hand)) if away is not None else links[-1]
            for reader_first in (True, False):
                worst = max(worst, *_ages(replayed([*links[:-1], made], reader_first), clocks[0] - span // 3))
    return worst


def _hurting(chain: Sequence[Schedule], moment: int) -> list[int]:
    """A moment at which each copy runs: right before its source has something new."""
    moments = [moment, moment]
    for one in chain[1:]:
        after = [run for run in at_once(one, moments[-1], moment, moment + 400 * DAY) if run > moments[-1]]
        moments.append(after[0])
    return moments[: len(chain)]


def _leaving(moment: int, period: int, away: tuple[int, int], chance: Random) -> list[int]:
    """When the drive leaves: right at the next run, at some moment; of what is made by hand at every hour of a turn."""
    if not period:
        return list(range(moment, moment + away[0] + 1, HOUR))
    return [moment + period, moment + chance.randrange(0, sum(away), 60)]


def _ages(runs: Runs, since: int) -> list[int]:
    """How old the state is right before each run that brings a new one."""
    return [now - before for (_, before), (now, _) in pairwise(runs) if now >= since]


def _while_here(runs: Sequence[int], leaves: int, away: tuple[int, int], waits: bool) -> Iterator[int]:
    """The runs that find the drive, which leaves at that moment; who copies by hand waits until it is back."""
    for now in runs:
        since = (now - leaves) % sum(away)
        if since >= away[1]:
            yield now
        elif waits:
            yield now + away[1] - since


def kept(keep: Retention, dates: Sequence[int]) -> list[int]:
    """What the rules leave of these, oldest first: the newest of each of so many periods."""
    found = {dates[-1]}
    left: list[tuple[Callable[[int], int], int, set[int]]] = [
        (period, count, set()) for rule, period in _PERIODS.items() if (count := getattr(keep, rule))
    ]
    for date in reversed(dates):
        left = [one for one in left if len(one[2]) < one[1]]
        if not left:
            break
        for period, _, seen in left:
            if period(date) not in seen:
                seen.add(period(date))
                found.add(date)
    return sorted(found)


_PERIODS: dict[str, Callable[[int], int]] = {
    "last": lambda date: date,
    "hourly": lambda date: date // HOUR,
    "daily": lambda date: date // DAY,
    "weekly": lambda date: (date // DAY + 3) // 7,
    "monthly": lambda date: bisect_right(MONTHS, date),
}


def most_ever(
    chain: Sequence[Schedule], keep: Retention, noticed: Sequence[int], chance: Random
) -> dict[int, int | None]:
    """Seconds of work that are lost at the worst moment for each time until it is noticed, None where nothing is left.

    `chain`: from the original on, all of them with as much time from one run to the next as ever.
    """
    # A week does not fit into a month: there it matters which day the month begins with.
    weekly = max(one.period for one in chain) >= 7 * DAY
    start, end, days = (MONTHS[6], MONTHS[36], MONTHS[14:30]) if weekly else (MONTHS[12], MONTHS[29], MONDAYS)
    late = _hurting(chain, MONDAYS[0])
    last = MONDAYS[0] - chain[0].period  # of the month before: seen at once by whoever looks then
    clocks = [
        [MONDAYS[0]] * len(chain),
        late,
        [last] * len(chain),
        [MONDAYS[0] + chance.randrange(0, 8 * DAY, 60) for _ in chain],
    ]
    looked = [*days, *(day + late[-1] - late[0] for day in days)]
    found = []
    for moments in clocks:
        links = [at_once(one, moment, start, end) for one, moment in zip(chain, moments, strict=True)]
        found += [costs(replayed(links, reader_first), keep, noticed, looked) for reader_first in (True, False)]
    return {one: None if any(cost[one] is None for cost in found) else max(cost[one] or 0 for cost in found)
            for one in noticed}  # fmt: skip


def costs(runs: Runs, keep: Retention, noticed: Sequence[int], moments: Sequence[int]) -> dict[int, int | None]:
    """What a notice so much later costs at the worst of the moments around these; None where nothing is left then."""
    times, dates = [now for now, _ in runs], [date for _, date in runs]
    looked: dict[int, list[int]] = {}
    worst: dict[int, int | None] = dict.fromkeys(noticed, 0)
    for late in noticed:
        for moment in moments:
            for around in (moment, dates[bisect_left(dates, moment) - 1] + late - 1, moment + late):
                number = bisect_right(times, around) - 1
                if number not in looked:
                    looked[number] = kept(keep, dates[: number + 1]) if keep.limited else dates[: number + 1]
                lost = _worst_until(looked[number], times[number], times[number + 1], late)
                before = worst[late]
                worst[late] = None if lost is None or before is None else max(before, lost)
    return worst


def _worst_until(held: list[int], now: int, end: int, late: int) -> int | None:
    """At the worst moment from a run until right before the next, while these points are held."""
    if held[0] > now - late:
        return None
    worst = now - late - held[bisect_right(held, now - late) - 1]
    for wrong in (end - late, *held[bisect_right(held, now - late) : bisect_right(held, end - late)]):
        worst = max(worst, wrong - held[bisect_left(held, wrong) - 1])  # right before it
    return worst


def costs_of_product(
    every: Schedule, versions: int, lock: int, noticed: Sequence[int], chance: Random, away: tuple[int, int] | None
) -> dict[int, int | None]:
    """The same of a product that keeps what it replaces for so long from then on, or locks it when it writes it."""
    gap = oldest_ever([every], chance, away)
    found: dict[int, int | None] = {}
    for late in noticed:
        # Written at 0 and replaced after the longest time: looked for at the last moment before that, and right then.
        there = late <= 0 or max(gap + versions, lock) > gap + late - 1
        found[late] = gap if there else None
    return found
