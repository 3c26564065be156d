"""Retention: laws that hold for any points and rules, and cases worked out by hand."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_backup.spec.retention import Retention, point_name, point_time

POINTS = st.lists(
    st.datetimes(min_value=datetime(2019, 12, 20), max_value=datetime(2027, 1, 10)).map(
        lambda moment: point_name(moment.replace(microsecond=0, tzinfo=UTC))
    ),
    max_size=60,
)
COUNTS = st.integers(min_value=0, max_value=8)
RULES = st.builds(Retention, last=COUNTS, hourly=COUNTS, daily=COUNTS, weekly=COUNTS, monthly=COUNTS, yearly=COUNTS)
PERIOD: dict[str, Callable[[datetime], object]] = {
    "hourly": lambda moment: (moment.date(), moment.hour),
    "daily": lambda moment: moment.date(),
    "weekly": lambda moment: moment.isocalendar()[:2],
    "monthly": lambda moment: (moment.year, moment.month),
    "yearly": lambda moment: moment.year,
}


def moment_of(name: str) -> datetime:
    moment = point_time(name)
    assert moment is not None
    return moment


@given(POINTS, RULES)
def test_only_what_was_there_is_kept_and_the_newest_always(points: list[str], rules: Retention) -> None:
    kept = rules.keep(points)
    assert kept.keys() <= set(points)
    assert all(kept.values())
    if points:
        assert "newest" in kept[max(points)]


@given(POINTS)
def test_without_a_rule_nothing_goes(points: list[str]) -> None:
    assert Retention().keep(points).keys() == set(points)
    assert Retention(hold=("2026-01-01T00-00-00Z",)).keep(points).keys() == set(points)


@given(POINTS, RULES)
def test_a_point_stays_exactly_if_some_rule_alone_keeps_it(points: list[str], rules: Retention) -> None:
    if not rules.limited:
        return
    alone: set[str] = {max(points)} if points else set()
    alone |= set(sorted(set(points), reverse=True)[: rules.last])
    for rule, period in PERIOD.items():
        newest: dict[object, str] = {}
        for name in sorted(set(points)):
            newest[period(moment_of(name))] = name
        alone |= set(sorted(newest.values(), reverse=True)[: getattr(rules, rule)])
    assert rules.keep(points).keys() == alone


@given(POINTS, RULES)
def test_keeping_twice_changes_nothing(points: list[str], rules: Retention) -> None:
    once = rules.keep(points)
    assert rules.keep(once) == once


@given(POINTS, RULES, COUNTS)
def test_a_larger_rule_never_keeps_less(points: list[str], rules: Retention, more: int) -> None:
    if rules.limited:
        larger = dataclasses.replace(rules, daily=rules.daily + more)
        assert rules.keep(points).keys() <= larger.keep(points).keys()


@given(POINTS, RULES)
def test_order_does_not_matter(points: list[str], rules: Retention) -> None:
    assert rules.keep(points) == rules.keep(reversed(points))


@given(st.datetimes(min_value=datetime(1000, 1, 1)).map(lambda moment: moment.replace(microsecond=0, tzinfo=UTC)))
def test_names_and_moments_are_one(moment: datetime) -> None:
    assert point_time(point_name(moment)) == moment


def test_gaps_do_not_count_as_periods() -> None:
    """Three days kept are the three newest that have a point, however far apart."""
    points = ["2026-01-01T02-30-00Z", "2026-03-01T02-30-00Z", "2026-03-01T14-00-00Z", "2026-08-01T02-30-00Z"]
    assert Retention(daily=3).keep(points) == {
        "2026-08-01T02-30-00Z": ("newest", "daily 2026-08-01"),
        "2026-03-01T14-00-00Z": ("daily 2026-03-01",),
        "2026-01-01T02-30-00Z": ("daily 2026-01-01",),
    }


def test_iso_weeks_cross_the_year() -> None:
    """Thursday 31 December 2026 and Sunday 3 January 2027 are both in week 53 of 2026."""
    points = ["2026-12-31T10-00-00Z", "2027-01-03T10-00-00Z", "2027-01-04T10-00-00Z"]
    assert Retention(weekly=5).keep(points) == {
        "2027-01-04T10-00-00Z": ("newest", "weekly 2027-W01"),
        "2027-01-03T10-00-00Z": ("weekly 2026-W53",),
    }


def test_a_held_point_stays() -> None:
    points = [point_name(datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=day)) for day in range(10)]
    kept = Retention(daily=2, hold=(points[0],)).keep(points)
    assert list(kept) == [points[9], points[8], points[0]]
    assert kept[points[0]] == ("hold",)


@pytest.mark.parametrize(
    "name",
    ["", "lost+found", "2026-02-30T00-00-00Z", "2026-11-22T02-30-00Z.partial", "2026-11-22T02-30-00Z\n"],
)
def test_what_is_no_restore_point_is_never_let_go(name: str) -> None:
    assert point_time(name) is None
    assert Retention(last=1).keep([name, "2026-11-22T02-30-00Z"])[name] == ("not a restore point",)
