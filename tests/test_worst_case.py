"""The design's figures are those of the worst moment there is: no moment is worse, and one is as bad."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from studio_backup.policy import Event, by_design, places_of
from studio_backup.policy.holding import Holding
from studio_backup.policy.reach import spacing
from studio_backup.spec.model import Copy, Studio
from studio_backup.spec.retention import Retention
from studio_backup.spec.schedule import DAY, HOUR, MONTH, Schedule
from tests.studios import NAS, WORKSTATION, copy, studio
from tests.world import START, a_retention, a_studio, retained
from tests.worst import costs_of_product, kept, most_ever, oldest_ever

NOTICED = (0, 600, HOUR, 5 * HOUR, DAY, 2 * DAY, 7 * DAY, 30 * DAY)


def figures(seed: int) -> Iterator[tuple[str, float | None, float | None]]:
    """Every figure of one random studio: which, what the design says, and what the worst moment is."""
    chance = Random(seed)
    of = a_studio(chance)
    dataset = of.datasets["ws/sessions"]
    places = places_of(of, dataset)
    late = {noticed: {one.holding.name: one.lost for one in by_design(places, Event("delete"), noticed).left}
            for noticed in NOTICED}  # fmt: skip
    for place in places[1:]:
        chain = chain_of(dataset.copies, place)
        if sum(one.period == MONTH for one in chain) > 2:
            continue  # three months in a row have no 93 days
        away = away_from(of, place)
        yield f"{seed} {place.name} at once", place.age, oldest_ever(chain, chance, away)
        found = late_costs(of, place, chain, away, chance)
        for noticed in found:
            yield f"{seed} {place.name} {noticed} s", late[noticed].get(place.name), found[noticed]


def late_costs(
    of: Studio, place: Holding, chain: list[Schedule], away: tuple[int, int] | None, chance: Random
) -> dict[int, int | None]:
    """What a late notice costs; nothing of what comes unevenly, where the design's figure is only a bound."""
    if not place.versioned:
        return {}
    if place.copy is not None:
        even = away is None and spacing(chain[::-1]).even
        return most_ever(chain, place.copy.keep, NOTICED, chance) if even else {}
    made = place.external
    assert made is not None
    lock = (of.accounts[made.account].lock or 0) if made.account else 0
    return costs_of_product(made.every, made.versions or 0, lock, NOTICED, chance, away)


def chain_of(copies: dict[str, Copy], place: Holding) -> list[Schedule]:
    """From the one that reads the original on."""
    if place.external is not None:
        return [place.external.every]
    assert place.copy is not None
    found = [place.copy]
    while found[-1].source_copy is not None:
        found.append(copies[found[-1].source_copy])
    return [one.every for one in reversed(found)]


def away_from(of: Studio, place: Holding) -> tuple[int, int] | None:
    """For how long the drive below is here and then away; None for what is always here, or never changes places."""
    on = of.drives.get(place.drive)
    together = [
        one.turn for one in of.drives.values() if on is not None and on.rotation and one.rotation == on.rotation
    ]
    return (on.turn, sum(together) - on.turn) if on is not None and len(together) > 1 else None


def all_equal(seeds: range) -> int:
    """How many figures were compared."""
    number = 0
    for seed in seeds:
        for which, said, found in figures(seed):
            assert said == found, f"{which}: the design says {said}, the worst moment is {found}"
            number += 1
    return number


def test_the_design_says_what_the_worst_moment_is() -> None:
    assert all_equal(range(16)) > 200


@pytest.mark.long
def test_the_design_says_what_the_worst_moment_is_ten_thousand_times() -> None:
    assert all_equal(range(100, 900)) > 10_000


def test_what_is_replayed_is_kept_by_the_jobs_own_rule() -> None:
    for seed in range(60):
        chance = Random(seed)
        keep = a_retention(chance)
        dates = sorted({chance.randrange(0, 90 * DAY, 60) for _ in range(150)})
        base = int(START.timestamp())
        if keep.limited:
            assert [one - base for one in kept(keep, [base + date for date in dates])] == retained(keep, dates)


def test_a_figure_that_is_off_is_found() -> None:
    """Neither a promise that is too good nor one that is needlessly bad would pass."""
    of = studio([WORKSTATION, NAS], [copy("nightly", "nas:tank", keep=Retention(daily=30))])
    (_, place) = places_of(of, of.datasets["ws/sessions"])
    chain = chain_of(of.datasets["ws/sessions"].copies, place)
    assert oldest_ever(chain, Random(0)) == DAY
    found = most_ever(chain, Retention(daily=30), (DAY, 29 * DAY, 29 * DAY + 1), Random(0))
    assert found == {DAY: DAY, 29 * DAY: DAY, 29 * DAY + 1: None}
