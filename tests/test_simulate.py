"""A studio played forward: the jobs' own retention, the same seed the same misses, and what is left day by day."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from studio_backup.policy import Event, by_design, events_of, holdings_of
from studio_backup.policy.calendar import runs
from studio_backup.policy.counting import unseeing
from studio_backup.policy.played import Happening, Played, Setting
from studio_backup.policy.replay import play
from studio_backup.report import simulate as report
from studio_backup.report.text import Paint
from studio_backup.spec.model import Studio
from studio_backup.spec.retention import Retention
from studio_backup.spec.schedule import DAY, HOUR, Schedule
from tests.studios import NAS, VAULT, WORKSTATION, copy, drive, external, studio
from tests.test_cli import run
from tests.test_schemas_documents import complaints
from tests.world import a_studio

START = datetime(2026, 11, 2, tzinfo=UTC)  # a Monday
NIGHTLY = copy("on-nas", "nas:tank", every="hour", keep=Retention(hourly=24, daily=30))
AWAY = copy("off-site", "vault:cold", source="on-nas", keep=Retention(daily=30, monthly=12))
GOOD = studio([WORKSTATION, NAS, VAULT], [NIGHTLY, AWAY])


def setting(days: int, *happenings: tuple[str, int, int], **changes: Any) -> Setting:
    """`happenings`: event, day and hour."""
    made = Setting(start=START, days=days, happenings=tuple(
        Happening(event=Event(*text.split(":", 1)), at=START + timedelta(days=day - 1, hours=hour))
        for text, day, hour in happenings))  # fmt: skip
    return dataclasses.replace(made, **changes)


def played(of: Studio, how: Setting) -> Played:
    dataset = next(iter(of.datasets.values()))
    return play(dataset, holdings_of(of, dataset), how)


@pytest.mark.parametrize(
    ("every", "first", "count"),
    [
        ("15 min", "02 00:00", 96 * 70),
        ("hour", "02 00:00", 24 * 70),
        ("day at 02:30", "02 02:30", 70),
        ("week on sunday at 04:00", "08 04:00", 10),
        ("month on 3 at 03:00", "03 03:00", 3),
        ("manual", "02 12:00", 3),
    ],
)
def test_the_moments_of_a_schedule(every: str, first: str, count: int) -> None:
    found = list(runs(Schedule.parse(every), START, START + timedelta(days=70)))
    assert (f"{found[0]:%d %H:%M}", len(found)) == (first, count)
    assert found == sorted(found)


def test_points_come_and_go_by_the_jobs_own_retention() -> None:
    end = played(GOOD, setting(60))
    on_nas, off_site = end.held
    assert on_nas.points == sorted(NIGHTLY.keep.keep(on_nas.points))
    assert (len(on_nas.points), len(off_site.points)) == (53, 31)
    assert (on_nas.ran, off_site.ran, on_nas.missed) == (60 * 24, 60, 0)
    assert end.days[-1].ages == {"on-nas": HOUR, "off-site": 22 * HOUR}


def test_a_deletion_is_followed_until_the_last_copy_has_lost_it() -> None:
    """T1: which copy still has it, and until when."""
    end = played(GOOD, setting(60, ("delete", 12, 12)))
    ((_, outcome),) = end.outcomes
    assert [(one.holding.name, one.lost) for one in outcome.left] == [("on-nas", HOUR), ("off-site", 10 * HOUR)]
    left = {day.number: day.left[0][1].names for day in end.days if day.left}
    assert min(left) == 12
    assert left[12] == ["on-nas", "off-site"]
    assert max(number for number, names in left.items() if "on-nas" in names) == 40
    # The month's own point is of its last day: by then the files were gone for weeks.
    assert (left[41], left[42], left[60]) == (["off-site"], [], [])


def test_midnight_is_of_the_day_that_begins() -> None:
    of = studio([WORKSTATION, NAS], [copy("weekly", "nas:tank", every="week on sunday at 00:00")])
    end = played(of, setting(14, ("disk:ws/work", 10, 0)))
    assert next(day.number for day in end.days if day.points["weekly"]) == 7  # START is a Monday
    assert end.days[6].ages == {"weekly": DAY}
    assert next(day.number for day in end.days if day.gone) == 10
    missed = played(GOOD, setting(3, missed=1.0)).days
    assert [day.missed["on-nas"] for day in missed] == [24, 24, 24]


def test_disks_that_died_stay_dead() -> None:
    """An array outlives one disk, not one after the other; nobody puts in a new one while it is played."""
    one = played(GOOD, setting(20, ("disk:nas/bay1", 5, 12)))
    assert one.outcomes[0][1].names == ["original", "on-nas", "off-site"]
    assert one.days[-1].gone == set()
    again = played(GOOD, setting(20, ("disk:nas/bay1", 5, 12), ("disk:nas/bay1", 6, 12)))
    assert again.days[-1].gone == set()
    both = played(GOOD, setting(20, ("disk:nas/bay1", 5, 12), ("disk:nas/bay2", 9, 12)))
    assert [outcome.names for _, outcome in both.outcomes] == [
        ["original", "on-nas", "off-site"],
        ["original", "off-site"],
    ]
    assert both.days[-1].gone == {"on-nas"}
    case = {
        name: dataclasses.replace(disk, enclosure="box" if name == "bay1" else None) for name, disk in NAS.disks.items()
    }
    boxed = studio([WORKSTATION, dataclasses.replace(NAS, disks=case), VAULT], [NIGHTLY, AWAY])
    mixed = played(boxed, setting(20, ("enclosure:nas/box", 5, 12), ("disk:nas/bay2", 9, 12)))
    assert [outcome.names for _, outcome in mixed.outcomes][1] == ["original", "off-site"]


def test_what_is_taken_makes_no_points_any_more() -> None:
    end = played(GOOD, setting(20, ("machine:nas", 5, 12), ("disk:ws/work", 10, 12)))
    first, second = (outcome for _, outcome in end.outcomes)
    assert [(one.holding.name, one.lost) for one in first.left] == [("original", 0), ("off-site", 10 * HOUR)]
    # The chain is cut: nothing new reached the vault in five days.
    assert [(one.holding.name, one.lost) for one in second.left] == [("off-site", 5 * DAY + 10 * HOUR)]
    assert end.days[-1].gone == {"on-nas", "original"}
    fire = played(GOOD, setting(20, ("control", 5, 12)))
    assert fire.outcomes[0][1].left == ()


def test_the_same_seed_misses_the_same_runs() -> None:
    half = [played(GOOD, setting(30, missed=0.5, seed=seed)) for seed in (1, 1, 2)]
    assert half[0].days == half[1].days
    assert half[0].days != half[2].days
    share = half[0].held[0].missed / half[0].held[0].ran
    assert 0.4 < share < 0.6
    assert played(GOOD, setting(3, missed=1.0)).held[0].points == []


def rotating(*turns: int, every: str = "day at 02:30", copies: int = 9, externals: bool = False) -> Studio:
    """A rotation of drives with turns of so many days, and copies to the first of them."""
    shuttles = [drive(f"r{number}", "home", rotation="shuttle", turn=days * DAY) for number, days in enumerate(turns)]
    made = [copy(f"c{one.name}", f"nas:{one.name}", every=every) for one in shuttles[:copies]]
    hands = [external(f"x{one.name}", "by-hand", f"drive:{one.name}") for one in shuttles if externals]
    return studio([WORKSTATION, NAS], [] if externals else made, drives=shuttles, externals=hands)


def test_drives_of_one_rotation_take_turns() -> None:
    """Away is a state: the run that finds another drive plugged in is no failure."""
    end = played(rotating(7, 7), setting(28))
    assert [(held.away, held.missed, len(held.points)) for held in end.held] == [(14, 0, 14), (14, 0, 14)]
    assert end.days[13].ages["cr0"] == 7 * DAY + 21.5 * HOUR
    long = played(rotating(7, 14), setting(28))
    assert [(held.holding.name, held.away) for held in long.held] == [("cr0", 14), ("cr1", 14)]
    # A drive takes its turn whether this dataset is on it or not; one that is alone takes none.
    assert [held.away for held in played(rotating(7, 7, 7, copies=1), setting(21)).held] == [14]
    assert [held.away for held in played(rotating(7), setting(21)).held] == [0]


def test_who_copies_by_hand_waits_for_the_drive() -> None:
    end = played(rotating(10, 10, externals=True), setting(80))
    assert [(held.ran, held.away) for held in end.held] == [(3, 0), (3, 0)]
    first, second = end.held
    assert (first.points, second.points) == (["2027-01-01T12-00-00Z"], ["2027-01-11T00-00-00Z"])


@pytest.mark.parametrize(
    ("turns", "every", "worst"),
    [
        ((7, 7, 7), "day at 02:30", 15),
        ((7, 14), "day at 02:30", 15),
        ((7, 7), "week on sunday at 04:00", 14),
        # Ten days without it hold two Sundays: the next that it is here for is the third.
        ((10, 10), "week on sunday at 04:00", 21),
        ((10, 10), "hour", 10 + 1 / 24),
    ],
)
def test_a_drive_that_waits_for_its_turn_is_as_old_as_the_design_says(
    turns: tuple[int, ...], every: str, worst: float
) -> None:
    """Looked for from day to day: never older, and right before a run as old as that."""
    of = rotating(*turns, every=every, copies=1)
    fire = Event("site", "studio")
    (bound,) = (one.lost for one in by_design(holdings_of(of, of.datasets["ws/sessions"]), fire, 0).left)
    assert bound == worst * DAY
    when = list(runs(Schedule.parse(every), START + timedelta(days=40), START + timedelta(days=40 + 10 * sum(turns))))
    found = []
    for at in when[:: len(when) // 60 + 1]:
        how = dataclasses.replace(setting(40 + 11 * sum(turns)), happenings=(
            Happening(event=fire, at=at - timedelta(seconds=1)),))  # fmt: skip
        found.append(played(of, how).outcomes[0][1].lost)
    assert max(one or 0 for one in found) <= bound
    if len(when) <= 60:
        assert max(one or 0 for one in found) >= bound - 1


def test_what_may_be_away_for_every_run_is_no_copy() -> None:
    of = rotating(3, 3, every="week on sunday at 04:00", copies=1)
    dataset = of.datasets["ws/sessions"]
    assert unseeing(of, dataset) == {"cr0": "r0 is here for 3 days at a time, and a run comes once in 1 week"}
    assert unseeing(rotating(7, 3, every="week on sunday at 04:00", copies=1), dataset) == {}


def test_nothing_that_is_played_is_worse_than_the_design_says() -> None:
    for seed in range(8):
        chance = Random(seed)
        of = a_studio(chance)
        places = holdings_of(of, of.datasets["ws/sessions"])
        filled = sum(place.age for place in places) // DAY + 40
        event = chance.choice([one for one in events_of(places) if not one.noticed])
        how = dataclasses.replace(setting(filled + 1), happenings=(
            Happening(event=event, at=START + timedelta(days=filled, seconds=chance.randrange(DAY))),))  # fmt: skip
        ((_, found),) = played(of, how).outcomes
        lost = {one.holding.name: one.lost for one in found.left}
        for one in by_design(places, event, 0).left:
            assert lost[one.holding.name] <= one.lost, f"seed {seed}, {event}"


def test_the_screen_tells_the_days_with_news() -> None:
    how = setting(60, ("delete", 12, 12))
    screen = report.screen([played(GOOD, how)], how, Paint(False))
    assert max(map(len, screen)) <= 80
    assert screen[:8] == [
        "ws/sessions",
        "  day 1   on-nas: its first restore point",
        "  day 1   off-site: its first restore point",
        "  day 12  12:00 files deleted by mistake: left: on-nas (60 min of work lost),",
        "          off-site (10 h of work lost)",
        "  day 13  off-site: has most of before day 12 now, 10 h of work is lost",
        "  day 41  on-nas: nothing of before day 12 any more; still in off-site",
        "  day 42  off-site: nothing of before day 12 any more; it is lost",
    ]
    assert screen[-2:] == ["60 days from 2026-11-02, 1,500 runs, 0 missed.", "Next: studio-backup what-if"]
    assert complaints(report.document("northlight", [played(GOOD, how)], how), "report") == []


def test_the_screen_of_a_bad_month() -> None:
    how = setting(30, ("site:studio", 20, 17), missed=0.3)
    screen = report.screen([played(GOOD, how)], how, Paint(False))
    assert max(map(len, screen)) <= 80
    assert any("late, its newest point is" in line for line in screen)
    assert any(line.startswith("  day 20  17:00 site studio burns or floods: left: off-site") for line in screen)
    assert any(line.split()[:3] == ["on-nas", "52", "gone"] or line.split()[2:3] == ["gone"] for line in screen)
    assert "missed (seed 0)." in screen[-2]


def test_a_turn_without_end_is_no_turn(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "simulate", "--days", "2", "--turns", "9" * 17)
    assert code == 1
    assert "Invalid value for '--turns'" in err
