"""What can kill copies together: drives, accounts, logins, installations; and copies that another product makes."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from studio_backup.facts import Custody
from studio_backup.policy import Event, Verdict, events_of, judge, places_of, survivors
from studio_backup.policy.custody import as_moved
from studio_backup.report import verdict as report
from studio_backup.report.text import Paint
from studio_backup.spec.model import Studio
from studio_backup.spec.outside import Drive, External
from studio_backup.spec.retention import Retention
from studio_backup.spec.rules import Policy
from tests.studios import NAS, VAULT, WORKSTATION, account, copy, drive, external, studio

DAY = 86400
NIGHTLY = copy("on-nas", "nas:tank", every="hour", keep=Retention(hourly=24, daily=30))
MAC = dataclasses.replace(
    WORKSTATION,
    systems={"linux": dataclasses.replace(WORKSTATION.systems["linux"], os="macos", on="second")},
)
HOME_DRIVE, ATTACHED = drive("shuttle", "home"), drive("desk", "studio/a", plugged_into="ws")


def judged(*externals: External, copies: Any = (NIGHTLY,), machines: Any = (MAC, NAS), **more: Any) -> Verdict:
    of = studio_of(*externals, copies=copies, machines=machines, **more)
    return judge(of, of.datasets["ws/sessions"], today="2026-11-26")


def studio_of(*externals: External, copies: Any = (NIGHTLY,), machines: Any = (MAC, NAS), **more: Any) -> Studio:
    more = {"drives": [HOME_DRIVE, ATTACHED], "accounts": [account("b2")], **more}
    return studio(machines, copies, externals=externals, **more)


def left(verdict: Verdict, kind: str, subject: str = "", noticed: float = 0) -> list[str]:
    return [one.name for one in survivors(verdict.there, Event(kind, subject), noticed)]


def reasons(verdict: Verdict) -> dict[str, str]:
    return {holding.name: why for holding, why in verdict.refused}


def rules(verdict: Verdict) -> list[str]:
    return [finding.rule for finding in verdict.findings]


def test_a_drive_that_is_kept_at_home_is_off_site_and_out_of_reach() -> None:
    found = judged(copies=[NIGHTLY, copy("away", "nas:shuttle")], policy="3-2-1-1-0")
    assert (found.word, [one.name for one in found.offline]) == ("OK", ["away"])
    assert left(found, "machine", "nas") == ["original", "away"]
    assert left(found, "control") == ["away"]
    assert left(found, "site", "studio") == ["away"]
    assert left(found, "disk", "shuttle") == ["original", "on-nas"]


def test_an_original_on_a_drive_stands_where_the_drive_is() -> None:
    """Taken home to where the off-site copy stands, both are lost with that house."""
    of = studio_of(copies=[copy("off", "vault:cold")], machines=[MAC, VAULT], volume="work-drive", policy="2-1-1",
                   drives=[drive("work-drive", "studio/a", medium="ssd")])  # fmt: skip
    dataset = of.datasets["ws/sessions"]
    assert judge(of, dataset).word == "OK"
    home = as_moved(of, {"work-drive": Custody(drive="work-drive", place="home", at=0, by="Mara")})
    found = judge(home, dataset)
    assert (found.word, rules(found), left(found, "site", "home")) == ("FAIL", ["off-site"], [])
    assert left(found, "site", "studio") == ["original", "off"]
    bag = as_moved(of, {"work-drive": Custody(drive="work-drive", place="bag:red", at=0, by="Mara")})
    assert left(judge(bag, dataset), "bag", "red") == ["off"]


def test_a_drive_that_stays_plugged_in_shares_what_happens_to_its_machine() -> None:
    found = judged(external("clone", "carbon-copy-cloner", "drive:desk"), policy="2-1-0")
    assert left(found, "ransomware", "ws") == ["on-nas"]
    assert left(found, "machine", "ws") == ["on-nas"]
    assert found.there[2].site == "studio"


def test_one_drive_is_one_place_whatever_writes_to_it() -> None:
    found = judged(external("by-hand", "by-hand", "drive:shuttle"), copies=[NIGHTLY, copy("away", "nas:shuttle")])
    assert reasons(found) == {"by-hand": "on the same disk as away"}


def test_one_account_is_one_place() -> None:
    both = external("cloud", "rclone", "account:b2", versions=30 * DAY), external("again", "restic", "account:b2")
    found = judged(*both)
    assert reasons(found) == {"again": "in the same account as cloud"}
    assert left(found, "account", "b2") == ["original", "on-nas"]


def test_two_copies_that_one_login_can_erase_are_lost_together() -> None:
    """Time Machine beside the machine and a cloud whose login is on it: three copies, and one thief is enough."""
    made = (
        external("time-machine", "time-machine", "drive:desk"),
        external("cloud", "rclone", "account:b2", versions=30 * DAY),
    )
    found = judged(*made, copies=[])
    assert (found.word, rules(found)) == ("FAIL", ["survival"])
    assert found.findings[0].message == "ransomware on ws: nothing is left"
    locked = judged(*made, copies=[], accounts=[account("b2", lock=30 * DAY)])
    assert locked.word == "OK"
    other = judged(*made, copies=[], accounts=[account("b2", erased_by=("person:mara",))])
    assert other.word == "OK"
    assert left(other, "credential", "person:mara") == ["original", "time-machine"]


def test_a_lock_that_ends_before_anybody_notices_is_none() -> None:
    """Who gets in waits until it has run out; and what a sync keeps is no storage that locks."""

    def offline(tool: str, lock: int, **more: Any) -> list[str]:
        made = external("cloud", tool, "account:b2", versions=30 * DAY, **more)
        found = judged(made, accounts=[account("b2", lock=lock)])
        assert (left(found, "ransomware", "ws") == ["on-nas", "cloud"]) == bool(found.offline)
        return [one.name for one in found.offline]

    # Noticed after a week, and the last run may be a day before that.
    assert offline("rclone", 8 * DAY) == ["cloud"]
    assert offline("rclone", 8 * DAY - 1) == offline("rclone", 2 * DAY) == []
    assert offline("rclone", 8 * DAY, every="week") == []
    assert offline("dropbox", 365 * DAY) == []
    of = studio_of(external("cloud", "rclone", "account:b2"), accounts=[account("b2", lock=30 * DAY)])
    dataset = of.datasets["ws/sessions"]
    late = {days: places_of(of, dataset, days * DAY)[-1].out_of_reach for days in (7, 29, 30)}
    assert late == {7: True, 29: True, 30: False}  # what-if --noticed-after
    archive = judged(external("cloud", "rclone", "account:b2"), accounts=[account("b2", lock=90 * DAY)],
                     policy="archive")  # fmt: skip
    assert archive.offline == []  # looked at once a year
    assert next(one.fix for one in archive.findings if one.rule == "offline").endswith("lock: 366 days")


def test_a_login_on_the_machine_of_another_copy_takes_both() -> None:
    cloud = external("cloud", "rclone", "account:b2", versions=30 * DAY)
    found = judged(cloud, accounts=[account("b2", erased_by=("machine:nas",))])
    assert Event("ransomware", "nas") in events_of(found.there)
    assert left(found, "ransomware", "nas") == ["original"]
    assert left(found, "machine", "nas") == ["original", "cloud"]
    locked = judged(cloud, accounts=[account("b2", erased_by=("machine:nas",), lock=30 * DAY)])
    assert left(locked, "ransomware", "nas") == ["original", "cloud"]


def test_a_copy_that_is_changed_at_its_console_survives_the_control_machine() -> None:
    found = judged(copies=[NIGHTLY, dataclasses.replace(copy("off", "vault:cold"), control="console")],
                   machines=[MAC, NAS, VAULT])  # fmt: skip
    assert left(found, "control") == ["off"]


def test_an_installation_takes_what_lies_on_its_disk() -> None:
    other = dataclasses.replace(MAC.systems["linux"], name="edit", on=None)
    both = dataclasses.replace(
        MAC,
        systems={**MAC.systems, "edit": other},
        volumes={name: dataclasses.replace(one, paths={"linux": one.paths["linux"], "edit": one.paths["linux"]})
                 for name, one in MAC.volumes.items()},
    )  # fmt: skip
    found = judged(copies=[copy("beside", "ws:second"), NIGHTLY], policy="2-1-0", machines=[both, NAS])
    assert Event("os", "ws/linux") in events_of(found.there)
    assert left(found, "os", "ws/linux") == ["original", "on-nas"]
    assert left(found, "os", "ws/edit") == ["original", "beside", "on-nas"]


@pytest.mark.parametrize(
    ("made", "more", "why"),
    [
        (
            external("box", "dropbox", "account:b2"),
            {},
            "a sync: keeps no versions, a deletion may be noticed after 1 week",
        ),
        (
            external("box", "dropbox", "account:b2", versions=2 * DAY),
            {},
            "a sync: keeps 2 days, a deletion may be noticed after 1 week",
        ),
        (
            external("box", "dropbox", "drive:desk"),
            {},
            "a sync: keeps no versions, a deletion may be noticed after 1 week",
        ),
        (
            external("box", "google-drive", "nas:tank", versions=2 * DAY),
            {"copies": []},
            "a sync: keeps 2 days, a deletion may be noticed after 1 week",
        ),
        (
            external("tm", "time-machine", "drive:desk", sees=("second",)),
            {},
            "Time Machine leaves out the volume work",
        ),
        (
            external("ghost", "norton-ghost", "drive:desk"),
            {},
            "no system with work runs Norton Ghost (windows)",
        ),
        (
            external("tape", "tape", "drive:tape"),
            {"drives": [drive("tape", "home", medium="tape")]},
            "unknown: a tape: nothing says which drive reads it (read_with:)",
        ),
        (
            external("disc", "disc-burner", "drive:disc"),
            {"drives": [drive("disc", "home", medium="optical", format="hd-dvd")]},
            "unknown: hd-dvd: nothing says what reads it (read_with:)",
        ),
    ],
)
def test_what_does_not_count_and_why(made: External, more: dict[str, Any], why: str) -> None:
    assert reasons(judged(made, **more)) == {made.name: why}


def test_what_one_product_leaves_out_because_of_another() -> None:
    backblaze = external("backblaze", "backblaze-personal", "account:b2")
    dropbox = external("dropbox", "dropbox", "account:box", versions=30 * DAY)
    accounts = [account("b2"), account("box")]
    assert reasons(judged(backblaze, accounts=accounts)) == {}
    assert reasons(judged(backblaze, dropbox, accounts=accounts)) == {
        "backblaze": "Backblaze Computer Backup leaves out the folder of Dropbox"
    }


def test_time_machine_over_the_network_is_a_copy_without_a_history() -> None:
    found = judged(external("tm", "time-machine", "nas:tank"), copies=[], policy="2-1-0")
    assert rules(found) == ["versions"]
    assert left(found, "ransomware", "ws") == []
    near = judged(external("tm", "time-machine", "drive:desk"), copies=[], policy="2-1-0")
    assert "versions" not in rules(near)


def test_a_drive_on_another_machine_is_written_to_over_the_network() -> None:
    """As on a volume of that machine: the source can erase it, and Time Machine has no history that is sure to stay."""
    shared = [drive("desk", "studio/rack", plugged_into="nas")]

    def made(tool: str) -> Verdict:
        return judged(external("made", tool, "drive:desk", versions=30 * DAY), copies=[], policy="2-1-0", drives=shared)

    assert left(made("carbon-copy-cloner"), "ransomware", "ws") == []
    assert left(made("carbon-copy-cloner"), "delete", noticed=DAY) == ["made"]
    assert left(made("time-machine"), "delete", noticed=DAY) == []
    away = judged(external("made", "carbon-copy-cloner", "drive:shuttle", versions=30 * DAY), copies=[], policy="2-1-0")
    assert left(away, "ransomware", "ws") == ["made"]


def test_a_tape_counts_once_something_reads_it() -> None:
    made = external("tape", "tape", "drive:tape", versions=365 * DAY)
    unknown = judged(made, drives=[drive("tape", "home", medium="tape")])
    assert (unknown.word, unknown.unseen) == ("UNKNOWN", ("tape",))
    known = judged(made, drives=[drive("tape", "home", medium="tape", read_with="HP Ultrium")])
    assert (known.word, known.unseen) == ("OK", ())


def test_a_drive_that_has_a_copy_is_taken_away_before_anything_is_bought() -> None:
    here, spare = drive("shuttle", "studio/a"), drive("spare", "home")
    clone = external("clone", "other", "drive:shuttle", versions=30 * DAY)

    def fix(*drives: Drive, machines: Any = (MAC, NAS)) -> str:
        finding = judged(clone, drives=drives, machines=machines).findings[0]
        assert finding.rule == "off-site"
        return finding.fix

    assert fix(here, machines=[MAC, NAS, VAULT]) == "add a copy of ws/sessions to vault:cold/ws"
    assert fix(here, spare) == "add a copy of ws/sessions to nas:spare/ws"
    assert fix(here) == "take the drive shuttle away: home: another site"


def test_where_there_is_nothing_the_verdict_says_what_to_buy() -> None:
    found = judged(drives=[], accounts=[])
    fixes = {finding.rule: finding.fix for finding in found.findings}
    assert fixes["off-site"] == (
        "buy a drive and keep it at another site than studio; name it under drives:, and copy ws/sessions to it"
    )
    assert found.worst is not None
    assert found.worst[0].words == "site studio burns or floods"


def test_copies_beyond_the_policy_are_extra_and_those_that_feed_others_are_not() -> None:
    more = [NIGHTLY, copy("away", "nas:shuttle"), copy("off", "vault:cold", source="on-nas")]
    found = judged(copies=more, machines=[MAC, NAS, VAULT])
    assert (found.word, found.extra) == ("OK", ("away", "off"))


def test_the_screen_names_the_event_and_the_place_of_each_copy() -> None:
    found = judged(external("cloud", "dropbox", "account:b2"), copies=[NIGHTLY, copy("away", "nas:shuttle")],
                   policy="4-2-1-1-0")  # fmt: skip
    screen = report.screen([found], Paint(False))
    assert max(map(len, screen)) <= 80
    text = " ".join("\n".join(screen).split())
    assert "away drive:shuttle hdd home off-site, put away" in text
    assert "1 of 1 out of reach" in text
    assert "site studio burns or floods: only away would be left" in text
    assert "does not count: a sync: keeps no versions" in text


def test_a_copy_that_may_be_older_than_the_policy_takes_does_not_count() -> None:
    weekly = copy("away", "nas:shuttle", every="week on sunday at 04:00")
    strict = Policy(name="3-2-1", copies=3, media=2, offsite=1, rpo=26 * 3600)
    of = studio_of(copies=[NIGHTLY, weekly])
    found = judge(dataclasses.replace(of, policies={"3-2-1": strict}), of.datasets["ws/sessions"])
    assert reasons(found) == {"away": "may be 1 week old, the policy takes 26 hours"}
    assert left(found, "site", "studio") == ["away"]  # it is no copy for this policy, and still there
    assert judge(of, of.datasets["ws/sessions"]).word == "OK"


def test_what_one_login_erases_is_mended_by_what_no_login_reaches() -> None:
    desk = external("clone", "carbon-copy-cloner", "drive:desk", versions=30 * DAY)
    found = judged(desk, external("cloud", "backblaze-personal", "account:b2"), copies=[])
    assert [(one.rule, one.fix) for one in found.findings] == [
        ("survival", "put the drive desk away after use: home: in place of plugged_into:")
    ]
    cloud = external("cloud", "rclone", "account:b2", versions=30 * DAY)
    plain = external("clone", "carbon-copy-cloner", "ws:second", versions=30 * DAY)
    locked = judged(plain, cloud, copies=[])
    assert locked.findings[0].fix == "let the account b2 lock what is written, and say so: lock: 30 days"


def test_a_product_that_keeps_nothing_is_asked_to_keep_something() -> None:
    found = judged(external("clone", "carbon-copy-cloner", "drive:shuttle"), copies=[], policy="2-1-1")
    assert [(one.rule, one.fix) for one in found.findings] == [
        ("versions", "let clone keep what it replaces, and say so: versions: 7 days")
    ]
