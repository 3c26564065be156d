"""The verdict on a design, and what a disaster leaves: rules for any studio, and the cases people ask about."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_backup.facts import Drill
from studio_backup.policy import (
    Event,
    Matrix,
    Pace,
    Sight,
    Verdict,
    events_of,
    holdings_of,
    judge,
    judge_live,
    matrix_of,
    survivors,
)
from studio_backup.policy.judging import fatal_events
from studio_backup.policy.matrix import NEVER_DRILLED
from studio_backup.policy.outcome import by_design
from studio_backup.policy.reach import reach
from studio_backup.report import verdict as report
from studio_backup.report import what_if
from studio_backup.report.text import Paint
from studio_backup.spec.model import Copy, Studio
from studio_backup.spec.outside import External
from studio_backup.spec.retention import Retention, point_name, point_time
from tests.studios import NAS, VAULT, WORKSTATION, any_studio, copy, external, machine, studio

DAY, HOUR = 86400, 3600
RANK = {"FAIL": 0, "UNKNOWN": 1, "OK": 2, "NONE": 3}
NIGHTLY = copy("on-nas", "nas:tank", every="hour", keep=Retention(hourly=24, daily=30))
AWAY = copy("off-site", "vault:cold", source="on-nas", keep=Retention(daily=30, monthly=12))
GOOD = studio([WORKSTATION, NAS, VAULT], [NIGHTLY, AWAY])


def verdict(of: Studio) -> Verdict:
    return judge(of, next(iter(of.datasets.values())))


def rules(of: Studio) -> list[str]:
    return [finding.rule for finding in verdict(of).findings]


def with_copies(of: Studio, copies: list[Copy]) -> Studio:
    name, dataset = next(iter(of.datasets.items()))
    changed = dataclasses.replace(dataset, copies={one.name: one for one in copies})
    return dataclasses.replace(of, datasets={name: changed})


def one_more(of: Studio, more: Copy | External) -> Studio:
    """The studio with one more copy, of ours or by another product."""
    dataset = of.datasets["ws/sessions"]
    if isinstance(more, Copy):
        changed = dataclasses.replace(dataset, copies={**dataset.copies, more.name: more})
    else:
        changed = dataclasses.replace(dataset, external={**dataset.external, more.name: more})
    return dataclasses.replace(of, datasets={dataset.full_name: changed})


#: What another product may add, none of it a sync: that would stop others from looking into its folder.
ELSEWHERE = st.sampled_from(
    [
        external("more", "by-hand", "drive:shuttle-2"),
        external("more", "chronosync", "drive:desk"),
        external("more", "rclone", "account:b2", versions=30 * DAY),
        external("more", "tape", "drive:tape"),
    ]
)


def test_three_copies_two_media_one_off_site() -> None:
    found = verdict(GOOD)
    assert (found.word, found.findings) == ("OK", ())
    assert [holding.name for holding in found.counted] == ["original", "on-nas", "off-site"]
    assert found.media == ["hdd", "nvme"]
    assert [holding.name for holding in found.offsite] == ["off-site"]


@pytest.mark.parametrize(
    ("copies", "expected", "fix"),
    [
        ([], ["copies", "off-site", "media", "versions"], "add a copy of ws/sessions to vault:cold/ws"),
        ([NIGHTLY], ["copies", "off-site"], "add a copy of ws/sessions to vault:cold/ws"),
        ([dataclasses.replace(AWAY, source_copy=None)], ["copies"], "add a copy of ws/sessions to nas:tank/ws"),
    ],
)
def test_the_smallest_change_is_named_with_its_place(copies: list[Copy], expected: list[str], fix: str) -> None:
    found = verdict(with_copies(GOOD, copies))
    assert [finding.rule for finding in found.findings] == expected
    assert found.findings[0].fix == fix
    assert str(found.findings[0].place).startswith("playbooks/three-two-one.yml:12")


def test_doing_what_the_fix_says_mends_it() -> None:
    assert rules(with_copies(GOOD, [NIGHTLY, copy("new", "vault:cold")])) == []
    short = dataclasses.replace(AWAY, keep=Retention(daily=2))
    few = with_copies(GOOD, [dataclasses.replace(NIGHTLY, keep=Retention(last=8)), short])
    finding = verdict(few).findings[0]
    assert (finding.rule, finding.fix) == ("versions", "let off-site keep daily: 8 or more")
    assert rules(with_copies(GOOD, [NIGHTLY, dataclasses.replace(AWAY, keep=Retention(daily=8))])) == []


def test_two_places_on_one_disk_are_one() -> None:
    twice = with_copies(GOOD, [NIGHTLY, copy("again", "nas:tank")])
    found = verdict(twice)
    assert [(holding.name, why) for holding, why in found.refused] == [("again", "on the same disk as on-nas")]
    assert "copies" in rules(twice)


def test_raid_is_no_copy_and_the_original_counts_once() -> None:
    alone = studio([NAS, machine("ws", {"a": "hdd", "b": "hdd"}, {"work": ("md", "raid1", ["a", "b"])})], [])
    assert len(verdict(alone).counted) == 1
    assert survivors(holdings_of(alone, alone.datasets["ws/sessions"]), Event("disk", "ws/a"), 0) != []
    assert survivors(holdings_of(alone, alone.datasets["ws/sessions"]), Event("array", "ws/work"), 0) == []


def test_one_kind_of_medium_is_too_few() -> None:
    plain = studio([machine("ws", {"work": "hdd"}, role="workstation"), NAS, VAULT], [NIGHTLY, AWAY])
    finding = verdict(plain).findings[0]
    assert (finding.rule, finding.message) == ("media", "1 of 2 kinds of media: hdd")
    assert "another medium than hdd" in finding.fix


def test_a_mirror_is_no_protection_from_a_deletion() -> None:
    mirrors = with_copies(GOOD, [dataclasses.replace(one, mode="mirror") for one in (NIGHTLY, AWAY)])
    finding = verdict(mirrors).findings[0]
    assert finding.rule == "versions"
    assert "make on-nas versioned" in finding.fix
    one = with_copies(GOOD, [dataclasses.replace(NIGHTLY, mode="mirror"), AWAY])
    assert rules(one) == []


def test_the_event_that_leaves_nothing_is_the_counterexample() -> None:
    near = dataclasses.replace(VAULT, site="studio", name="vault")
    close = studio([WORKSTATION, NAS, near], [NIGHTLY, AWAY], policy="3-2-0")
    found = verdict(close)
    assert [finding.rule for finding in found.findings] == ["survival"]
    assert found.findings[0].message == "site studio burns or floods: nothing is left"


def test_a_policy_of_none_asks_for_nothing() -> None:
    free = studio([WORKSTATION], [], policy="none")
    assert (verdict(free).word, verdict(free).findings) == ("NONE", ())


def test_how_much_work_is_lost_adds_up_along_a_chain() -> None:
    holdings = holdings_of(GOOD, GOOD.datasets["ws/sessions"])
    assert [holding.age for holding in holdings] == [0, HOUR, HOUR + DAY]
    assert by_design(holdings, Event("site", "studio"), 0).lost == HOUR + DAY
    assert by_design(holdings, Event("machine", "nas"), 0).lost == 0
    assert by_design(holdings, Event("control"), 0).lost is None


def test_the_keys_of_the_control_machine_are_no_reason_to_fail() -> None:
    holdings = holdings_of(GOOD, GOOD.datasets["ws/sessions"])
    assert survivors(holdings, Event("control"), 0) == []
    assert Event("control") in events_of(holdings)
    assert fatal_events(holdings) == []


@settings(max_examples=400, deadline=None)
@given(any_studio(), st.data())
def test_another_copy_never_worsens_anything(of: Studio, data: st.DataObject) -> None:
    places = [f"{one.name}:{volume}" for one in of.machines.values() for volume in one.volumes]
    ours = st.sampled_from(places).flatmap(
        lambda place: st.sampled_from([copy("more", place), copy("more", place, mode="mirror")])
    )
    before = verdict(of)
    after = verdict(one_more(of, data.draw(st.one_of(ours, ELSEWHERE))))
    assert len(after.counted) >= len(before.counted)
    assert set(after.media) >= set(before.media)
    assert RANK[after.word] >= RANK[before.word]
    for event in events_of(before.there):
        for noticed in (0, DAY, 30 * DAY):
            left = {holding.name for holding in survivors(before.there, event, noticed)}
            assert left <= {holding.name for holding in survivors(after.there, event, noticed)}


@settings(max_examples=400, deadline=None)
@given(any_studio())
def test_what_shares_a_disk_dies_with_it_and_counts_once(of: Studio) -> None:
    found = verdict(of)
    for one in found.counted:
        for other in found.counted:
            assert one is other or not one.shares(other)
    for event in events_of(found.holdings):
        left = survivors(found.holdings, event, 0)
        if event.kind in ("array", "machine", "site", "room", "account"):
            assert all(event.subject not in (one.array, one.machine, one.site, one.room, one.account) for one in left)
        if event.kind == "credential":
            assert all(event.subject not in one.erasers or one.out_of_reach for one in left)
    assert len(found.counted) + len(found.refused) == len(found.holdings)


@settings(max_examples=300, deadline=None)
@given(any_studio(), st.integers(0, 400), st.integers(0, 400))
def test_noticing_later_never_helps(of: Studio, one: int, other: int) -> None:
    holdings = verdict(of).holdings
    early, late = sorted((one * DAY, other * DAY))
    for kind in ("delete", "encrypt"):
        assert set(survivors(holdings, Event(kind), late)) <= set(survivors(holdings, Event(kind), early))


@settings(max_examples=50, deadline=None)
@given(
    st.builds(
        Retention,
        last=st.integers(0, 4),
        hourly=st.integers(0, 4),
        daily=st.integers(0, 4),
        weekly=st.integers(0, 3),
        monthly=st.integers(0, 2),
    ),
    st.sampled_from([HOUR, 6 * HOUR, DAY, 7 * DAY]),
    st.integers(0, 10**6),
)
def test_a_copy_reaches_back_at_least_as_far_as_promised(keep: Retention, period: int, start: int) -> None:
    """Replayed run by run with the very retention that the jobs use."""
    promised = reach(keep, period)
    if promised == inf:
        return
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=start)
    points: set[str] = set()
    filled = promised + 63 * DAY
    for run in range(int(filled / period) + 60):
        points = set(keep.keep([*points, point_name(moment)]))
        oldest = min(when for name in points if (when := point_time(name)))
        if run * period > filled:
            assert (moment - oldest).total_seconds() >= promised - 1
        moment += timedelta(seconds=period)


def test_without_a_rule_nothing_ever_goes() -> None:
    assert reach(Retention(), DAY) == inf
    assert reach(Retention(last=1), DAY) == 0
    assert reach(Retention(daily=8), HOUR) == HOUR + 6 * DAY


def test_the_screen_of_a_verdict() -> None:
    poor = with_copies(GOOD, [dataclasses.replace(NIGHTLY, mode="mirror"), copy("again", "nas:tank")])
    screen = report.screen([verdict(GOOD), verdict(poor)], Paint(False))
    assert max(map(len, screen)) <= 80
    text = "\n".join(screen)
    assert "ws/sessions  3-2-1  OK" in text
    assert "does not count: on the same disk as on-nas" in text
    assert "a mirror: deletions follow" in text
    assert "off-site: 0 of 1 copies stand at another site than studio" in text
    assert screen[-2:] == [
        "2 datasets, if every job runs: 1 OK, 1 FAIL.",
        "Next: mend the first finding, then studio-backup verdict",
    ]


def matrix(of: Studio, *only: Event, pace: Pace = NEVER_DRILLED) -> Matrix:
    dataset = next(iter(of.datasets.values()))
    return matrix_of(dataset, holdings_of(of, dataset), 7 * DAY, only=only, pace=pace)


def test_the_screen_of_what_is_left() -> None:
    screen = what_if.screen([matrix(GOOD)], 7 * DAY, Paint(False))
    assert max(map(len, screen)) <= 80
    assert "  IF                           IS LEFT           WORK LOST  BACK IN" in screen
    assert "  files deleted by mistake     on-nas, off-site  24 h       UNKNOWN" in screen
    assert "  site studio burns or floods  off-site          25 h       UNKNOWN" in screen
    assert "  control machine taken        nothing           all        –" in screen
    assert "  original, on-nas: if disk:vault/cold, machine:vault, os:vault/linux," in screen
    assert "  Deleted files stay in on-nas for 28 d, in off-site for 10 months." in screen
    assert screen[-2:] == [
        "1 dataset, 22 outcomes: 1 leaves nothing.",
        "Next: studio-backup restore ws/sessions --to MACHINE:DIR, to know BACK IN",
    ]
    document = what_if.document("northlight", [matrix(GOOD, Event("site", "studio"))], 7 * DAY)
    assert document["basis"] == "design"
    assert document["events"] == [
        {"dataset": "ws/sessions", "event": "site", "subject": "studio", "left": ["off-site"], "unseen": [],
         "states": [{"name": "off-site", "lost": HOUR + DAY, "point": None}], "lost": HOUR + DAY, "back_in": None}
    ]  # fmt: skip


def test_how_soon_it_is_back_is_known_from_drills_alone() -> None:
    whole = Drill("ws/sessions", "on-nas", "p", 9, 6_000_000, 60.0)
    part = Drill("ws/sessions", "off-site", "p", 1, 1_000_000, 100.0, whole=False)
    other = Drill("ws/other", "off-site", "p", 1, 10**12, 1.0)
    pace = Pace.drilled([(300, part), (200, whole), (100, other)], "ws/sessions", now=400)
    assert (pace.back_in("on-nas"), pace.back_in("off-site"), pace.back_in("third")) == (60, 600, None)
    assert Pace.drilled([(300, part)], "ws/sessions", now=400).back_in("off-site") is None  # nobody knows how much
    assert Pace.drilled([(200, whole)], "ws/sessions", now=200 + 366 * DAY).back_in("on-nas") is None
    screen = what_if.screen([matrix(GOOD, pace=pace)], 7 * DAY, Paint(False))
    assert "  disk ws/work dies            on-nas, off-site  60 min     60 s" in screen
    assert "  site studio burns or floods  off-site          25 h       10 min" in screen
    assert screen[-1] == "Next: studio-backup verdict"


def test_long_names_stand_below_one_another() -> None:
    longer = with_copies(
        GOOD, [dataclasses.replace(one, source_copy=None, name=f"{one.name}-{'x' * 28}") for one in (NIGHTLY, AWAY)]
    )
    screen = what_if.screen([matrix(longer)], 7 * DAY, Paint(False))
    assert "  site studio burns or floods" in screen
    assert f"      left: off-site-{'x' * 28}; lost: 24 h; back in: UNKNOWN" in screen


def test_names_as_long_as_they_may_be_fit_on_the_screen() -> None:
    long = "x" * 31
    boxes = [WORKSTATION, *(dataclasses.replace(one, name=f"{one.name}-{long}") for one in (NAS, VAULT))]
    made = [copy(f"{name}-{long}", f"{box}-{long}:{on}") for name, box, on in (("here", "nas", "tank"),
                                                                              ("away", "vault", "cold"))]  # fmt: skip
    of = studio(boxes, made)
    for screen in (report.screen([verdict(of)], Paint(False)), what_if.screen([matrix(of)], 7 * DAY, Paint(False))):
        assert max(len(line) for text in screen for line in text.split("\n")) <= 80
        assert any(f"here-{long}" in line for line in screen)


FRESH, STALE, UNSEEN = (
    Sight(True, "its newest point is 1 h old"),
    Sight(False, "its newest point is 9 d old"),
    Sight(None, "?"),
)


def live(of: Studio, **sights: Sight) -> Verdict:
    named = {name.replace("_", "-"): sight for name, sight in sights.items()}
    return judge_live(of, of.datasets["ws/sessions"], named)


def test_a_copy_counts_only_while_it_is_fresh() -> None:
    assert live(GOOD, on_nas=FRESH, off_site=FRESH).word == "OK"
    late = live(GOOD, on_nas=FRESH, off_site=STALE)
    assert late.word == "FAIL"
    assert [(holding.name, why) for holding, why in late.refused] == [("off-site", "its newest point is 9 d old")]
    assert {finding.fix for finding in late.findings} == {
        "studio-backup status, then studio-backup run ws/sessions/off-site"
    }


def test_what_was_not_seen_is_never_ok_and_no_failure_either() -> None:
    doubt = live(GOOD, on_nas=FRESH)
    assert (doubt.word, doubt.unseen) == ("UNKNOWN", ("off-site",))
    assert live(GOOD, on_nas=STALE).word == "FAIL"
    more = with_copies(GOOD, [NIGHTLY, AWAY, copy("third", "vault:cold")])
    assert live(more, on_nas=FRESH, off_site=FRESH).word == "OK"


@settings(max_examples=400, deadline=None)
@given(any_studio(), st.data())
def test_less_evidence_never_improves_anything(of: Studio, data: st.DataObject) -> None:
    dataset = of.datasets["ws/sessions"]
    names = [*dataset.copies, *dataset.external]
    sights = {name: data.draw(st.sampled_from([FRESH, STALE, UNSEEN])) for name in names}
    before = judge_live(of, of.datasets["ws/sessions"], sights)
    design = verdict(of)
    assert RANK[before.word] <= RANK[design.word]
    if names:
        name = data.draw(st.sampled_from(names))
        for worse in [UNSEEN, STALE] if sights[name] is FRESH else [STALE]:
            after = judge_live(of, of.datasets["ws/sessions"], {**sights, name: worse})
            assert RANK[after.word] <= RANK[before.word]
    everything = judge_live(of, of.datasets["ws/sessions"], dict.fromkeys(names, FRESH))
    assert (everything.word, everything.counted) == (design.word, design.counted)


def test_two_disks_in_one_enclosure_are_lost_with_it() -> None:
    def housed(*enclosures: str) -> Studio:
        disks = {
            name: dataclasses.replace(disk, enclosure=enclosure, power="strip")
            for (name, disk), enclosure in zip(NAS.disks.items(), enclosures, strict=True)
        }
        return studio([WORKSTATION, dataclasses.replace(NAS, disks=disks), VAULT], [NIGHTLY, AWAY])

    def left(of: Studio, event: Event) -> list[str]:
        return [holding.name for holding in survivors(verdict(of).holdings, event, 0)]

    one, two = housed("tower", "tower"), housed("left", "right")
    assert left(one, Event("enclosure", "nas/tower")) == ["original", "off-site"]
    assert left(two, Event("enclosure", "nas/left")) == ["original", "on-nas", "off-site"]
    assert left(two, Event("power", "studio/strip")) == ["original", "off-site"]
    assert Event("power", "studio/strip") in events_of(verdict(two).holdings)


def test_the_screen_of_what_was_seen() -> None:
    screen = report.screen(
        [live(GOOD, on_nas=FRESH, off_site=STALE), live(GOOD, on_nas=FRESH)], Paint(False), live=True
    )
    assert max(map(len, screen)) <= 80
    assert any("does not count: its newest point is 9 d old" in line for line in screen)
    assert screen[-2] == "2 datasets, by what was seen: 1 FAIL, 1 UNKNOWN."
