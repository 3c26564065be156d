"""What `what-if` says is what is found by playing every schedule and looking: on thousands of random studios."""

from __future__ import annotations

import dataclasses
from math import inf
from random import Random

import pytest

from studio_backup.policy import by_design, by_evidence, events_of, holdings_of, judge, places_of, survivors
from studio_backup.policy.reach import Spacing, depths, lost, spacing
from studio_backup.spec.model import Copy
from studio_backup.spec.outside import External
from studio_backup.spec.retention import Retention
from studio_backup.spec.schedule import DAY, HOUR, Schedule
from tests.studios import NAS, VAULT, WORKSTATION, copy, studio
from tests.world import START, World, a_retention, a_studio, retained

BASE = int(START.timestamp())
#: How long after it began a world is looked at: young ones, in which nothing is there yet, too.
AGES = (HOUR, 6 * HOUR, 2 * DAY, 9 * DAY, 40 * DAY, 100 * DAY)
NOTICED = (0, 600, HOUR, 5 * HOUR, DAY, 2 * DAY, 7 * DAY, 30 * DAY)


def agree(seed: int) -> int:
    """Every event of one random world: by formula and by looking; returns how many were compared."""
    chance = Random(seed)
    of = a_studio(chance)
    world = World(of, chance)
    world.play(min(int(chance.choice(AGES) * (1 + chance.random())), 2000 * world.shortest))
    places = places_of(of, world.dataset)
    names = {one.name for one in places}
    # Of a product that keeps versions only the last run is known; of those before, that they came as the spec says.
    vague = {one.name: one.age for one in places if one.external is not None and one.versioned}
    seen = world.looked_at()
    events = events_of(places)
    for event in events:
        for noticed in NOTICED if event.noticed else (0,):
            said = by_evidence(places, event, noticed, seen, BASE + world.now)
            found = {name: lost for name, lost in world.found_after(event, noticed).items() if name in names}
            left = {one.holding.name: one.lost for one in said.left}
            where = f"seed {seed}, {event}, {noticed} s: {left} {found}"
            assert {name: lost for name, lost in left.items() if name not in vague} == {
                name: lost for name, lost in found.items() if name not in vague
            }, where
            since = world.now - noticed
            assert all(found.get(name, inf) <= left[name] for name in left if vague.get(name, since) < since), where
            assert said.lost == min(left.values(), default=None), where
            assert said.unseen == ()
    return len(events)


def test_by_formula_and_by_playing_it() -> None:
    assert sum(agree(seed) for seed in range(300)) > 3000


@pytest.mark.long
def test_by_formula_and_by_playing_it_ten_thousand_times() -> None:
    assert sum(agree(seed) for seed in range(1000, 11_000)) > 100_000


def bound_holds(seed: int) -> None:
    """The design's promise, at random moments of a world that had the time to fill."""
    chance = Random(seed)
    of = a_studio(chance)
    places = places_of(of, of.datasets["ws/sessions"])
    noticed = chance.choice(NOTICED)
    filled = noticed + sum(place.age for place in places) + max((depth.gap for place in places
                                                                for depth in place.depths), default=0)  # fmt: skip
    world = World(of, chance)
    world.play(int(filled + 40 * DAY * chance.random()))
    for event in events_of(places):
        said, found = by_design(places, event, noticed), world.found_after(event, noticed)
        for one in said.left:
            name = one.holding.name
            assert name in found, f"seed {seed}, {event}, {noticed} s: {name} has nothing"
            assert found[name] <= one.lost, f"seed {seed}, {event}, {noticed} s: {name} {found[name]} {one.lost}"


def test_no_moment_is_worse_than_the_design_says() -> None:
    for seed in range(120):
        bound_holds(seed)


@pytest.mark.long
def test_no_moment_is_worse_than_the_design_says_ten_thousand_times() -> None:
    for seed in range(20_000, 30_000):
        bound_holds(seed)


@pytest.mark.parametrize(
    ("every", "keep", "noticed", "worst"),
    [
        ("hour", Retention(hourly=24, daily=30), 0, HOUR),
        ("hour", Retention(hourly=24, daily=30), 20 * HOUR, HOUR),
        ("hour", Retention(hourly=24, daily=30), 7 * DAY, DAY),
        ("hour", Retention(daily=8), HOUR, DAY),
        ("day at 02:30", Retention(daily=30), 7 * DAY, DAY),
        ("day at 02:30", Retention(daily=7, weekly=8), 30 * DAY, 7 * DAY),
        ("15 min", Retention(hourly=24), 5 * HOUR, HOUR),
        ("week on sunday at 04:00", Retention(weekly=8), 30 * DAY, 7 * DAY),
        ("6 hours", Retention(last=8), DAY, 6 * HOUR),
    ],
)
def test_the_worst_moment_is_as_bad_as_the_design_says(every: str, keep: Retention, noticed: int, worst: int) -> None:
    """Looked for second by second around every run of some time: the promise is no worse than the truth."""
    period = Schedule.parse(every).period
    assert lost(depths(keep, spacing([Schedule.parse(every)])), period, noticed) == worst
    runs = list(range(0, 100 * DAY, period))
    first = len(runs) - 1 - 3 * worst // period
    held, found = retained(keep, runs[:first]), 0
    for number in range(first, len(runs) - 1):
        held = retained(keep, [*held, runs[number]])
        # The moments at which it is worst: right before the next run, and right before what a point holds changed.
        for now in {runs[number + 1] - 1, *(point + noticed - 1 for point in held)}:
            if runs[number] <= now < runs[number + 1]:
                found = max(found, now - noticed - max(at for at in held if at <= now - noticed))
    assert worst - 1 <= found <= worst


def test_taking_away_once_in_a_while_leaves_the_same() -> None:
    for seed in range(20):
        chance = Random(seed)
        keep = a_retention(chance)
        dates = sorted({chance.randrange(0, 60 * DAY, 60) for _ in range(100)})
        each: list[int] = []
        for date in dates:
            each = retained(keep, [*each, date])
        assert each == retained(keep, dates)


def test_a_chain_is_as_old_as_all_its_waits_together() -> None:
    hour, day, six = (Schedule.parse(text) for text in ("hour", "day at 02:30", "6 hours"))
    assert spacing([hour]) == Spacing(HOUR, HOUR)
    assert spacing([day, hour]) == spacing([day]) == spacing([hour, day])  # it sees every night's
    assert spacing([six, Schedule.parse("4 hours")]) == Spacing(4 * HOUR, 8 * HOUR)
    assert spacing([Schedule.parse("manual")]) == Spacing(0, 30 * DAY)
    assert lost(depths(Retention(last=9), spacing([Schedule.parse("manual")])), 30 * DAY, HOUR) is None


def test_a_deletion_missed_for_a_week_costs_a_day_though_copies_are_made_each_hour() -> None:
    """The hourly points of that day have gone by then: what is left is the night before."""
    nightly = copy("on-nas", "nas:tank", every="hour", keep=Retention(hourly=24, daily=30))
    of = studio([WORKSTATION, NAS, VAULT], [nightly])
    places = holdings_of(of, of.datasets["ws/sessions"])
    delete = next(event for event in events_of(places) if event.kind == "delete")
    assert [by_design(places, delete, after).lost for after in (HOUR, 7 * DAY)] == [HOUR, DAY]
    assert by_design(places, delete, 60 * DAY).left == ()


def test_what_was_not_seen_is_neither_left_nor_gone() -> None:
    nightly = copy("on-nas", "nas:tank", every="hour")
    of = studio([WORKSTATION, NAS], [nightly])
    places = holdings_of(of, of.datasets["ws/sessions"])
    event = next(event for event in events_of(places) if str(event) == "machine:ws")
    found = by_evidence(places, event, 0, {}, BASE)
    assert (found.left, found.lost, found.unseen) == ((), None, ("on-nas",))
    world = World(of, Random(1))
    world.play(3 * DAY)
    seen = world.looked_at()
    assert by_evidence(places, event, 0, seen, BASE + world.now).names == ["on-nas"]
    # What was seen half a year ago is no evidence any more.
    assert by_evidence(places, event, 0, seen, BASE + world.now + 200 * DAY).unseen == ("on-nas",)


def test_two_copies_in_one_domain_count_as_one_for_its_event() -> None:
    """A twin beside any copy, on its disks or in its account, changes nothing of what takes that copy, nor counts."""
    twins = 0
    for seed in range(150):
        of = a_studio(Random(seed))
        dataset = of.datasets["ws/sessions"]
        before = judge(of, dataset)
        for one in before.holdings[1:]:
            made = one.copy or one.external
            assert made is not None
            twin = dataclasses.replace(made, name="twin")
            copies = {**dataset.copies, **({"twin": twin} if isinstance(twin, Copy) else {})}
            external = {**dataset.external, **({"twin": twin} if isinstance(twin, External) else {})}
            after = judge(of, dataclasses.replace(dataset, copies=copies, external=external))
            assert len(after.counted) == len(before.counted), f"seed {seed}, {one.name}"
            for event in events_of(before.holdings):
                if event.takes(one):
                    left = [each.name for each in survivors(after.holdings, event, 0)]
                    assert left == [each.name for each in survivors(before.holdings, event, 0)], f"{seed}, {event}"
                    twins += 1
    assert twins > 1000
