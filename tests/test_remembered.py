"""What is remembered of copies that no machine answers for, in `what-if`: less of it never makes anything better."""

from __future__ import annotations

import dataclasses
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from studio_backup.facts import ATTESTED, Custody, Fact, Observation
from studio_backup.policy import Event, Verdict, by_design, by_evidence, events_of, holdings_of, judge_live, policy_of
from studio_backup.policy.custody import as_moved
from studio_backup.policy.due import Known
from studio_backup.policy.remembered import remembered
from studio_backup.policy.witness import sights_beyond, unsure_of
from studio_backup.spec.model import Studio
from studio_backup.spec.outside import External
from studio_backup.spec.retention import Retention
from studio_backup.spec.schedule import DAY, HOUR
from tests.studios import DRIVES, NAS, WORKSTATION, account, any_studio, copy, drive, external, studio
from tests.world import START, World, a_studio

NOW = int(START.timestamp()) + 400 * DAY
SHUTTLE = drive("shuttle", "home")


def said(name: str, ago: int, expires: int | None = None) -> Fact:
    return Fact(subject=f"copy:ws/sessions/{name}", what="made", sort=ATTESTED, at=NOW - ago, by="Mara",
                expires=expires)  # fmt: skip


def of(*externals: External, **more: Any) -> Studio:
    away = copy("away", "ws:shuttle", every="week on sunday at 04:00", keep=Retention(weekly=8))
    return studio([WORKSTATION, NAS], [away], externals=externals, drives=[SHUTTLE], accounts=[account("b2")], **more)


CLOUD = external("cloud", "rclone", "account:b2", versions=90 * DAY)


def test_what_is_remembered_is_believed_as_long_as_the_word_holds() -> None:
    look = Observation(copy="ws/sessions/away", at=NOW, points=("2027-02-04T00-00-00Z",))
    gone = {"shuttle": Custody(drive="shuttle", place="client:x", at=0, by="Mara", expires=NOW)}
    studio_of = of(CLOUD)
    dataset = studio_of.datasets["ws/sessions"]
    known = Known(looks={look.copy: look}, custody=gone, facts=[said("cloud", HOUR, expires=NOW)])
    assert remembered(studio_of, dataset, known, NOW) == {}
    assert sorted(remembered(studio_of, dataset, known, NOW - 1)) == ["away", "cloud"]
    older = dataclasses.replace(known, facts=[said("cloud", 2 * HOUR), *known.facts])
    assert remembered(studio_of, dataset, older, NOW)["cloud"].state == NOW - 2 * HOUR


def test_what_another_product_keeps_is_known_by_how_long_it_keeps_it() -> None:
    """A deletion before the last run: some version of before is there, at most one period older."""
    studio_of = of(CLOUD)
    seen = remembered(studio_of, studio_of.datasets["ws/sessions"], Known(facts=[said("cloud", HOUR)]), NOW)
    places = holdings_of(studio_of, studio_of.datasets["ws/sessions"])

    def lost(kind: str, subject: str = "", after: int = 0) -> dict[str, float]:
        return {one.holding.name: one.lost for one in by_evidence(places, Event(kind, subject), after, seen, NOW).left}

    assert lost("machine", "ws") == {"cloud": HOUR}
    assert lost("delete", after=600) == {"cloud": HOUR - 600}
    assert lost("delete", after=3 * HOUR) == {"cloud": DAY}
    assert lost("delete", after=100 * DAY) == {}


def test_a_run_that_nobody_knows_of_brings_nothing_back() -> None:
    """Made daily by the spec, 20 days ago by the last word on it: 20 days are lost, not one."""
    studio_of = of(CLOUD)
    seen = remembered(studio_of, studio_of.datasets["ws/sessions"], Known(facts=[said("cloud", 20 * DAY)]), NOW)
    places = holdings_of(studio_of, studio_of.datasets["ws/sessions"])
    assert by_evidence(places, Event("machine", "ws"), 0, seen, NOW).lost == 20 * DAY
    assert by_evidence(places, Event("delete"), DAY, seen, NOW).lost == 19 * DAY
    assert by_evidence(places, Event("delete"), 25 * DAY, seen, NOW).lost == DAY


def test_a_look_by_a_wrong_clock_is_none() -> None:
    """Noted in years to come: it would be believed until then."""
    places = holdings_of(of(), of().datasets["ws/sessions"])
    for ahead, unseen in ((60, ()), (3650 * DAY, ("away",))):
        look = Observation(copy="ws/sessions/away", at=NOW + ahead, points=("2027-02-01T00-00-00Z",))
        assert by_evidence(places, Event("machine", "ws"), 0, {"away": look}, NOW).unseen == unseen


def test_a_sync_has_followed_a_deletion() -> None:
    """S15, S17."""
    box = external("box", "dropbox", "account:b2")
    studio_of = of(box)
    places = holdings_of(studio_of, studio_of.datasets["ws/sessions"])
    seen = {"box": Observation(copy="ws/sessions/box", at=NOW, points=(), state=NOW - HOUR)}
    assert by_evidence(places, Event("delete"), 60, seen, NOW).names == []
    assert by_evidence(places, Event("machine", "ws"), 0, seen, NOW).names == ["box"]


# --- less evidence, and drives that move


def judged(studio_of: Studio, known: Known) -> Verdict:
    dataset = studio_of.datasets["ws/sessions"]
    unsure = unsure_of(studio_of, holdings_of(studio_of, dataset), policy_of(studio_of, dataset), known, NOW)
    return judge_live(studio_of, dataset, sights_beyond(studio_of, dataset, {}, known, NOW), unsure=unsure)


@settings(max_examples=80, deadline=None)
@given(any_studio(), st.data())
def test_less_that_is_told_never_improves_anything(studio_of: Studio, data: st.DataObject) -> None:
    """S3, S20: take away any one fact or look: no verdict is better, and nothing more is left of anything."""
    dataset = studio_of.datasets["ws/sessions"]
    ages = st.sampled_from([HOUR, 3 * DAY, 20 * DAY, 400 * DAY])
    ends = st.sampled_from([None, NOW - DAY, NOW + DAY])
    facts = [said(name, data.draw(ages), data.draw(ends)) for name in dataset.external for _ in range(2)]
    world = World(studio_of, Random(data.draw(st.integers(0, 99))))
    world.play(data.draw(st.sampled_from([HOUR, 10 * DAY])))
    ours = {name: one for name, one in world.looked_at().items() if name in dataset.copies}
    looks = {one.copy: one for one in ours.values()}
    full = Known(facts=facts, looks=looks)
    less = [Known(facts=facts[:n] + facts[n + 1 :], looks=looks) for n in range(len(facts))]
    less += [Known(facts=full.facts, looks={key: one for key, one in looks.items() if key != name}) for name in looks]
    places = holdings_of(studio_of, dataset)
    now = START.timestamp() + world.now
    for poorer in less:
        was, now_is = judged(studio_of, full), judged(studio_of, poorer)
        assert now_is.word != "OK" or was.word == "OK"  # what was seen to be late may become unknown: no better
        assert {one.name for one in now_is.counted} <= {one.name for one in was.counted}
        before = {**ours, **remembered(studio_of, dataset, full, now)}
        still = {name: one for name, one in ours.items() if one.copy in (poorer.looks or {})}
        after = {**still, **remembered(studio_of, dataset, poorer, now)}
        for event in events_of(places):
            more, fewer = (by_evidence(places, event, DAY, seen, now) for seen in (before, after))
            assert set(fewer.names) <= set(more.names)
            assert set(fewer.names) | set(fewer.unseen) >= set(more.names)


@settings(max_examples=80, deadline=None)
@given(any_studio(), st.sampled_from(["home", "bank", "bag:red", "client:x"]))
def test_a_drive_that_is_moved_off_site_never_worsens_what_a_site_costs(studio_of: Studio, place: str) -> None:
    """S24: nothing less is left of what happens at the studio, or to a machine in it."""
    dataset = studio_of.datasets["ws/sessions"]
    for one in DRIVES:
        moved = as_moved(studio_of, {one.name: Custody(drive=one.name, place=place, at=0, by="Mara")})
        before, after = holdings_of(studio_of, dataset), holdings_of(moved, dataset)
        for event in events_of(before):
            if event in (Event("site", "studio"), Event("room", "studio/a"), Event("ransomware", "ws")):
                was, now = (by_design(places, event, 0) for places in (before, after))
                assert set(was.names) <= set(now.names)
                assert was.lost is None or (now.lost is not None and now.lost <= was.lost)


def test_two_drives_in_one_bag_are_lost_with_it() -> None:
    """S24."""
    drives = [drive("one", "home"), drive("two", "bank")]
    copies = [copy(name, f"ws:{name}") for name in ("one", "two")]
    studio_of = studio([WORKSTATION], copies, drives=drives)

    def left(place: str) -> list[str]:
        moves = {name: Custody(drive=name, place=place, at=0, by="Mara") for name in ("one", "two")}
        places = holdings_of(as_moved(studio_of, moves), studio_of.datasets["ws/sessions"])
        event = next((one for one in events_of(places) if one.kind == "bag"), None)
        assert (event is None) == (place == "home")
        return by_design(places, event or Event("site", "home"), 0).names

    assert left("bag:red") == left("home") == ["original"]
    apart = {"one": Custody(drive="one", place="bag:red", at=0, by="Mara")}
    places = holdings_of(as_moved(studio_of, apart), studio_of.datasets["ws/sessions"])
    assert by_design(places, Event("bag", "red"), 0).names == ["original", "two"]
    assert Event("bag", "red").words == "bag red is lost on the way"
    assert Event("site", "bag:red") not in events_of(places)


def test_random_worlds_have_drives_in_bags() -> None:
    """The comparison of formula and play is about drives, too."""
    studios = [a_studio(Random(seed)) for seed in range(120)]
    kinds = {event.kind for one in studios for event in events_of(holdings_of(one, one.datasets["ws/sessions"]))}
    assert {"bag", "theft", "os", "enclosure", "ransomware", "sync"} <= kinds
