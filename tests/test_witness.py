"""The verdict on the evidence of what no job answers for: words that run out, drives that are away, drills."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from studio_backup.compile import routes
from studio_backup.facts import ATTESTED, Custody, Drill, Fact, Observation
from studio_backup.policy import Sight, Verdict, holdings_of, judge_live, policy_of
from studio_backup.policy.custody import as_moved
from studio_backup.policy.due import Known
from studio_backup.policy.witness import restore_time, sights_beyond, unsure_of
from studio_backup.records import Record
from studio_backup.report import verdict as report
from studio_backup.report.text import Paint
from studio_backup.spec.model import Site, Studio
from studio_backup.spec.outside import Attestation
from studio_backup.spec.retention import Retention
from studio_backup.spec.rules import Policy
from studio_backup.status import Standing
from tests.studios import NAS, VAULT, WORKSTATION, account, copy, drive, external, studio

DAY, NOW = 86400, 1_795_000_000
NIGHTLY = copy("on-nas", "nas:tank", every="hour", keep=Retention(hourly=24, daily=30))
FRESH = {"on-nas": Sight(True, "its newest point is 1 h old")}
MFA = Attestation(by="Mara", on="2026-06-01", until="2030-06-01")
CLOUD = external("cloud", "rclone", "account:b2", versions=30 * DAY)
HAND = external("hand", "by-hand", "drive:shuttle", every="week", versions=30 * DAY)


def fact(subject: str, what: str, days_ago: float = 1, holds: float = 180, **more: Any) -> Fact:
    at = int(NOW - days_ago * DAY)
    return Fact(subject=subject, what=what, sort=ATTESTED, at=at, by="Mara", expires=int(at + holds * DAY), **more)


def live(of: Studio, known: Known, seen: dict[str, Sight] = FRESH) -> Verdict:
    of = as_moved(of, known.custody or {})
    dataset = of.datasets["ws/sessions"]
    unsure = unsure_of(of, holdings_of(of, dataset), policy_of(of, dataset), known, NOW)
    return judge_live(of, dataset, sights_beyond(of, dataset, seen, known, NOW), "2026-11-26", unsure,
                      restore_time(dataset, known, NOW))  # fmt: skip


def with_hand(**more: Any) -> Studio:
    return studio([WORKSTATION, NAS], [NIGHTLY], externals=[HAND], drives=[drive("shuttle", "home")], **more)


def why(verdict: Verdict) -> dict[str, str]:
    return {holding.name: reason for holding, reason in verdict.refused}


def test_a_copy_by_hand_counts_while_somebody_says_so() -> None:
    made = "copy:ws/sessions/hand"
    assert live(with_hand(), Known()).unseen == ("hand",)
    assert live(with_hand(), Known(facts=[fact(made, "made")])).word == "OK"
    run_out = live(with_hand(), Known(facts=[fact(made, "made", days_ago=3, holds=2)]))
    assert (run_out.word, why(run_out)) == ("UNKNOWN", {"hand": "unknown: nobody has said of late that it was made"})
    late = live(with_hand(), Known(facts=[fact(made, "made", days_ago=40)]))
    assert (late.word, why(late)) == ("FAIL", {"hand": "made 40 days ago, its limit is 342 hours"})


def test_what_is_only_a_rule_is_never_known() -> None:
    mezzo = dataclasses.replace(HAND, name="mezzo", tool="mezzo", level="rule")
    of = studio([WORKSTATION, NAS], [NIGHTLY], externals=[mezzo], drives=[drive("shuttle", "home")])
    assert live(of, Known(facts=[fact("copy:ws/sessions/mezzo", "made")])).word != "OK"


def test_a_drive_that_is_away_is_as_good_as_its_last_point() -> None:
    away = copy("away", "nas:shuttle", every="week on sunday at 04:00")
    of = studio([WORKSTATION, NAS], [NIGHTLY, away], drives=[drive("shuttle", "home")])
    seen = {**FRESH, "away": Sight(None, "its volume is not mounted")}

    def looked(days: float) -> Known:
        look = Observation(copy="ws/sessions/away", at=NOW - DAY, points=(), state=int(NOW - days * DAY))
        return Known(looks={"ws/sessions/away": look})

    assert live(of, looked(6), seen).word == "OK"
    late = live(of, looked(30), seen)
    assert (late.word, why(late)["away"]) == (
        "FAIL",
        "away; its newest point is from 30 days ago, its limit is 342 hours",
    )
    assert live(of, Known(), seen).word == "UNKNOWN"
    assert live(of, looked(6), {**FRESH, "away": Sight(False, "it has no restore point")}).word == "FAIL"


def test_what_a_wrong_clock_dated_is_no_evidence() -> None:
    """Of years to come: it would stay fresh until then."""
    away = copy("away", "nas:shuttle", every="week on sunday at 04:00")
    of = studio([WORKSTATION, NAS], [NIGHTLY, away], drives=[drive("shuttle", "home")], policy="3-2-1-1-0")
    drills = [(NOW - DAY, Drill("ws/sessions", name, "p", 1, 10**9, 60.0)) for name in ("on-nas", "away")]

    def found(*points: str, drilled: int = NOW - DAY, state: int | None = None) -> Verdict:
        look = Observation(copy="ws/sessions/away", at=NOW - DAY, points=points, state=state)
        done = [drills[0], (drilled, drills[1][1])]
        return live(of, Known(looks={"ws/sessions/away": look}, drills=done))

    fresh = "2026-11-17T00-00-00Z"  # a day and a half ago
    assert found(fresh).word == found(fresh, "2036-11-17T00-00-00Z").word == "OK"
    for wrong in (found("2036-11-17T00-00-00Z"), found(state=NOW + 3650 * DAY)):
        assert (wrong.word, why(wrong)) == (
            "UNKNOWN",
            {"away": "unknown: its drive is away, and nothing was ever seen on it"},
        )
    assert why(found(fresh, drilled=NOW + 3650 * DAY)) == {"away": "unknown: unproven: never restored from"}
    assert restore_time(of.datasets["ws/sessions"], Known(drills=[(NOW + DAY, drills[1][1])]), NOW) == {}


def test_a_mirror_whose_run_a_wrong_clock_dated_is_not_fresh() -> None:
    of = studio([WORKSTATION, NAS, VAULT], [copy("mirror", "nas:tank", mode="mirror")])
    (route,) = routes(of, unread=True)

    def word(started: int) -> str:
        return Standing(route, Record(run="r", result="ok", started=started), None, ()).word(NOW)

    assert [word(NOW - DAY), word(NOW + 60), word(NOW + 3650 * DAY)] == ["fresh", "fresh", "none"]


def test_discs_are_believed_until_their_day() -> None:
    discs = external("discs", "disc-burner", "drive:discs", versions=3650 * DAY)

    def found(by: str, *more: Fact) -> Verdict:
        drives = [drive("discs", "home", medium="optical", format="bd-r", refresh_by=by)]
        of = studio([WORKSTATION, NAS], [NIGHTLY], externals=[discs], drives=drives)
        return live(of, Known(facts=[fact("copy:ws/sessions/discs", "made"), *more]))

    assert found("2026-11-18").word == "OK"  # NOW is in that day
    assert found("2026-11-17").word == "UNKNOWN"
    assert why(found("2026-11-17")) == {"discs": "unknown: discs was to be written anew by 2026-11-17"}
    assert found("2026-11-17", fact("drive:discs", "readable")).word == "OK"


def test_a_tape_is_read_again_each_year() -> None:
    to_tape = copy("tape", "nas:reel", every="manual")
    of = studio([WORKSTATION, NAS], [NIGHTLY, to_tape], drives=[drive("reel", "home", medium="tape", read_with="HP")])
    look = Observation(copy="ws/sessions/tape", at=NOW, points=("2026-11-17T00-00-00Z",))

    def found(days: float) -> Verdict:
        done = [(int(NOW - days * DAY), Drill("ws/sessions", "tape", "p", 1, 10**9, 60.0))]
        return live(of, Known(looks={"ws/sessions/tape": look}, drills=done))

    assert found(300).word == "OK"
    assert why(found(400)) == {"tape": "unknown: nobody has said of late that reel can be read"}


def test_a_second_factor_is_asked_for_again() -> None:
    made = fact("copy:ws/sessions/cloud", "made", days_ago=0.5)

    def cloud(written: Attestation | None, *facts: Fact) -> Verdict:
        of = studio([WORKSTATION, NAS], [NIGHTLY], externals=[CLOUD], accounts=[account("b2", mfa=written)])
        return live(of, Known(facts=[made, *facts]))

    assert cloud(MFA).word == "OK"
    past = dataclasses.replace(MFA, until="2026-10-01")
    assert why(cloud(past)) == {"cloud": "unknown: nobody has said of late that b2 asks for a second factor"}
    assert cloud(None).word == "UNKNOWN"
    assert cloud(past, fact("account:b2", "mfa")).word == "OK"


def test_a_client_is_asked_whether_the_drive_is_there() -> None:
    at_client = [drive("shuttle", "acme")]
    of = studio([WORKSTATION, NAS], [NIGHTLY], externals=[HAND], drives=at_client)
    of = dataclasses.replace(of, sites={**of.sites, "acme": Site(name="acme", rooms={}, kind="client")})
    made = fact("copy:ws/sessions/hand", "made")
    assert why(live(of, Known(facts=[made])))["hand"].startswith("unknown: nobody has said that acme has it")
    there = Custody(drive="shuttle", place="client:acme", at=NOW - DAY, by="Mara", expires=NOW + DAY)
    assert live(of, Known(facts=[made], custody={"shuttle": there})).word == "OK"
    past = dataclasses.replace(there, expires=NOW - 1)
    assert live(of, Known(facts=[made], custody={"shuttle": past})).word == "UNKNOWN"


def test_a_drive_that_was_brought_back_is_off_site_no_more() -> None:
    made = fact("copy:ws/sessions/hand", "made")
    back = Custody(drive="shuttle", place="studio", at=NOW - DAY, by="Mara")
    found = live(with_hand(), Known(facts=[made], custody={"shuttle": back}))
    assert [finding.rule for finding in found.findings] == ["off-site"]


def test_a_drive_in_a_bag_is_not_off_site_yet_and_two_in_one_bag_are_lost_together() -> None:
    second = dataclasses.replace(HAND, name="second", drive="other")
    of = studio([WORKSTATION, NAS], [NIGHTLY], externals=[HAND, second],
                drives=[drive("shuttle", "home"), drive("other", "home")])  # fmt: skip
    facts = [fact("copy:ws/sessions/hand", "made"), fact("copy:ws/sessions/second", "made")]
    bag = {name: Custody(drive=name, place="bag:red", at=NOW, by="Mara", expires=NOW + DAY) for name in of.drives}
    found = live(of, Known(facts=facts, custody=bag))
    assert [finding.rule for finding in found.findings] == ["off-site"]
    assert any("on its way, put away" in line for line in report.screen([found], Paint(False)))
    places = {holding.name: holding.site for holding in found.holdings}
    assert places["hand"] == places["second"] == "bag:red"


def test_what_a_policy_wants_proven_is_unknown_until_it_was_restored_from() -> None:
    strict = Policy(name="3-2-1", copies=3, media=2, offsite=1, drill=90 * DAY, rto=2 * 3600)
    of = dataclasses.replace(with_hand(), policies={"3-2-1": strict})
    facts = [fact("copy:ws/sessions/hand", "made")]
    assert "unproven: never restored from" in why(live(of, Known(facts=facts)))["on-nas"]

    def drills(days: float, seconds: float) -> Known:
        done = [
            (int(NOW - days * DAY), Drill("ws/sessions", name, "p", 10, 10**9, seconds)) for name in ("on-nas", "hand")
        ]
        return Known(facts=facts, drills=done)

    assert live(of, drills(5, 3600)).word == "OK"
    assert live(of, drills(100, 3600)).word == "UNKNOWN"
    slow = live(of, drills(5, 3 * 3600))
    assert [(finding.rule, finding.message) for finding in slow.findings] == [
        ("restore", "a whole restore takes 3 hours, the policy wants 2 hours")
    ]


def test_what_only_its_own_program_reads_counts_once_it_did() -> None:
    retro = dataclasses.replace(HAND, name="retro", tool="retrospect")
    of = studio([WORKSTATION, NAS], [NIGHTLY], externals=[retro], drives=[drive("shuttle", "home")])
    mac = dataclasses.replace(of.machines["ws"].systems["linux"], os="macos")
    of = dataclasses.replace(
        of, machines={**of.machines, "ws": dataclasses.replace(of.machines["ws"], systems={"linux": mac})}
    )
    facts = [fact("copy:ws/sessions/retro", "made")]
    assert why(live(of, Known(facts=facts)))["retro"] == "unknown: unproven: only Retrospect reads it, and nobody did"
    assert live(of, Known(facts=[*facts, fact("copy:ws/sessions/retro", "restored")])).word == "OK"


_FACTS = st.builds(
    fact,
    st.sampled_from(["copy:ws/sessions/hand", "copy:ws/sessions/cloud", "account:b2", "drive:shuttle"]),
    st.sampled_from(["made", "mfa", "readable", "restored"]),
    days_ago=st.sampled_from([-1, 0.1, 5, 40, 200]),
    holds=st.sampled_from([1, 30, 300]),
)
_DRILLS = st.tuples(
    st.sampled_from([NOW - DAY, NOW - 200 * DAY]),
    st.builds(Drill, st.just("ws/sessions"), st.sampled_from(["on-nas", "hand", "cloud"]), st.just("p"), st.just(1),
              st.just(10**9), st.sampled_from([10.0, 10**5])),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(_FACTS, max_size=8), st.lists(_DRILLS, max_size=4), st.booleans(), st.data())
def test_evidence_that_is_taken_away_never_makes_anything_ok(
    facts: list[Fact], drills: list[tuple[int, Drill]], strict: bool, data: st.DataObject
) -> None:
    of = studio([WORKSTATION, NAS], [NIGHTLY], externals=[HAND, CLOUD], drives=[drive("shuttle", "home")],
                accounts=[account("b2")], policy="2-2-1" if not strict else "3-2-1-1-0")  # fmt: skip
    fewer = [one for one in facts if data.draw(st.booleans())]
    fewer_drills = [one for one in drills if data.draw(st.booleans())]
    after = live(of, Known(facts=fewer, drills=fewer_drills))
    assert after.word != "OK" or live(of, Known(facts=facts, drills=drills)).word == "OK"


def test_what_the_design_lacks_is_mended_there_and_the_rest_by_saying_so() -> None:
    of = studio([WORKSTATION, NAS], [NIGHTLY], externals=[HAND], drives=[drive("shuttle", "studio")])
    fixes = {finding.rule: finding.fix for finding in live(of, Known()).findings}
    assert fixes["copies"] == "make it, then studio-backup attest copy:ws/sessions/hand --by NAME"
    assert fixes["off-site"].startswith("take the drive shuttle away: home: ")
    made = fact("copy:ws/sessions/cloud", "made", days_ago=0.5)
    cloud = live(
        studio([WORKSTATION, NAS], [NIGHTLY], externals=[CLOUD], accounts=[account("b2")]), Known(facts=[made])
    )
    assert {finding.fix for finding in cloud.findings} == {"studio-backup attest account:b2 --by NAME"}
