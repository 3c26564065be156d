"""What studios named, row by row (S1 … S111): for each the verdict, the warning or the date that it must lead to."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from studio_backup.cli.words import check_maintained
from studio_backup.errors import UsageError
from studio_backup.facts import ATTESTED, Custody, Drill, Fact, Observation
from studio_backup.policy import (
    Event,
    Sight,
    Verdict,
    by_design,
    by_evidence,
    events_of,
    holdings_of,
    judge,
    judge_live,
    policy_of,
    survivors,
)
from studio_backup.policy.advice import advice
from studio_backup.policy.custody import as_moved
from studio_backup.policy.due import OVERDUE, SOON, Due, Known, due_of
from studio_backup.policy.witness import sights_beyond, unsure_of
from studio_backup.report import verdict as report
from studio_backup.report.text import Paint
from studio_backup.spec import load
from studio_backup.spec.media import OBSOLETE, USABLE
from studio_backup.spec.model import Brake, Site, Studio
from studio_backup.spec.outside import Attestation, External
from studio_backup.spec.retention import Retention
from studio_backup.spec.tools import TOOLS
from tests.rows import Rows
from tests.studios import NAS, VAULT, WORKSTATION, account, copy, drive, external, machine, studio
from tests.test_cli import document

DAY, HOUR, NOW = 86400, 3600, 1_795_700_000  # 2026-11-26
TODAY = "2026-11-26"
NIGHTLY = copy("on-nas", "nas:tank", every="hour", keep=Retention(hourly=24, daily=30))
AWAY = copy("off-site", "vault:cold", source="on-nas", keep=Retention(daily=30, monthly=12))
MFA = Attestation(by="Mara", on="2026-06-01", until="2027-06-01")
ROWS = Rows()
row = ROWS.row


def mac(of: Studio, os: str = "macos") -> Studio:
    """The same studio with another system on its workstation."""
    ws = of.machines["ws"]
    system = dataclasses.replace(ws.systems["linux"], os=os)
    return dataclasses.replace(of, machines={**of.machines, "ws": dataclasses.replace(ws, systems={"linux": system})})


def made(*externals: External, copies: Any = (NIGHTLY,), machines: Any = (WORKSTATION, NAS), os: str = "macos",
         **more: Any) -> Studio:  # fmt: skip
    return mac(studio(machines, copies, externals=externals, **more), os)


def judged(of: Studio) -> Verdict:
    return judge(of, of.datasets["ws/sessions"], today=TODAY)


def live(of: Studio, known: Known, **seen: Sight) -> Verdict:
    of = as_moved(of, known.custody or {})
    dataset = of.datasets["ws/sessions"]
    named = {name.replace("_", "-"): sight for name, sight in seen.items()}
    unsure = unsure_of(of, holdings_of(of, dataset), policy_of(of, dataset), known, NOW)
    return judge_live(of, dataset, sights_beyond(of, dataset, named, known, NOW), TODAY, unsure)


def said(subject: str, what: str, days_ago: float = 1, holds: float = 180) -> Fact:
    at = int(NOW - days_ago * DAY)
    return Fact(subject=subject, what=what, sort=ATTESTED, at=at, by="Mara", expires=int(at + holds * DAY))


def why(verdict: Verdict) -> dict[str, str]:
    return {holding.name: reason for holding, reason in verdict.refused}


def rules(verdict: Verdict) -> list[str]:
    return [finding.rule for finding in verdict.findings]


def codes(of: Studio) -> list[str]:
    return [one.problem.code for one in advice(of)]


def shown(verdict: Verdict) -> str:
    lines = report.screen([verdict], Paint(False))
    assert max(map(len, lines)) <= 80
    return " ".join("\n".join(lines).split())


def left(of: Studio, kind: str, subject: str = "", noticed: float = 0) -> list[str]:
    return [one.name for one in survivors(judged(of).there, Event(kind, subject), noticed)]


def due(of: Studio, what: str, known: Known | None = None) -> list[Due]:
    policies = {name: policy_of(of, dataset) for name, dataset in of.datasets.items()}
    return [one for one in due_of(of, policies, known or Known()) if one.what == what]


GOOD = studio([WORKSTATION, NAS, VAULT], [NIGHTLY, AWAY])
FRESH = Sight(True, "its newest point is 1 h old")


@row("S1")
def three_two_one() -> None:
    assert judged(GOOD).word == "OK"
    poor = judged(studio([WORKSTATION, NAS, VAULT], [NIGHTLY]))
    assert (poor.word, rules(poor)) == ("FAIL", ["copies", "off-site"])
    assert poor.findings[0].fix == "add a copy of ws/sessions to vault:cold/ws"
    assert str(poor.findings[0].place) == "playbooks/three-two-one.yml:12:9"


@row("S2")
def both_readings_of_the_rule() -> None:
    away = [dataclasses.replace(VAULT, name=name, disks={"cold": dataclasses.replace(
        VAULT.disks["cold"], serial=name)}) for name in ("vault", "vault-2")]  # fmt: skip
    both = [copy("one", "vault:cold"), copy("two", "vault-2:cold")]
    loose, strict = (studio([WORKSTATION, *away], both, policy=name) for name in ("3-2-1", "3-2-1-local"))
    assert judged(loose).word == "OK"
    assert rules(judged(strict)) == ["local"]
    assert "3-2-1-local FAIL" in shown(judged(strict))


@row("S3")
def a_copy_counts_only_while_fresh() -> None:
    old = Sight(False, "its newest point is 9 d old")
    assert live(GOOD, Known(), on_nas=FRESH, off_site=FRESH).word == "OK"
    late = live(GOOD, Known(), on_nas=FRESH, off_site=old)
    assert (late.word, why(late)) == ("FAIL", {"off-site": "its newest point is 9 d old"})


@row("S4")
def what_is_on_top_is_extra() -> None:
    desk = [drive("desk", plugged_into="ws")]
    tm = external("tm", "time-machine", "drive:desk")
    more = made(tm, copies=[NIGHTLY, AWAY], machines=[WORKSTATION, NAS, VAULT], drives=desk)
    found = judged(more)
    assert found.extra == ("tm",)  # on-nas feeds off-site, and off-site is the one away from here
    assert "extra" in shown(found)
    assert judged(GOOD).extra == ()


@row("S8")
def an_archive_does_not_change() -> None:
    text = (Path(__file__).parent / "spec/good/playbook.yml").read_text()
    stock = [("i.yml", (Path(__file__).parent / "spec/good/inventory.yml").read_text())]

    def brakes(kind: str) -> set[Brake]:
        found = load(stock, [("p.yml", text.replace("policy: 3-2-1", f"policy: 3-2-1\n      kind: {kind}"))])
        assert found.studio is not None
        return {one.brake for dataset in found.studio.datasets.values() for one in dataset.copies.values()}

    assert brakes("archive") == {Brake(percent=0, files=0)}
    assert brakes("backup") == {Brake(percent=20, files=50)}


@row("S10")
def the_original_counts_once() -> None:
    system = dataclasses.replace(WORKSTATION.systems["linux"], name="edit")
    volumes = {
        name: dataclasses.replace(one, paths={**one.paths, "edit": "/e"}) for name, one in WORKSTATION.volumes.items()
    }
    both = dataclasses.replace(WORKSTATION, systems={**WORKSTATION.systems, "edit": system}, volumes=volumes)
    assert len(judged(studio([both], [])).counted) == 1


@row("S11")
def folders_on_one_set_of_disks_are_one_medium() -> None:
    found = judged(studio([WORKSTATION, NAS], [NIGHTLY, copy("again", "nas:tank")]))
    assert why(found) == {"again": "on the same disk as on-nas"}
    assert found.media == ["hdd", "nvme"]


@row("S12")
def off_site_is_another_site() -> None:
    here = dataclasses.replace(VAULT, site="studio", room="cellar")
    assert "off-site" in rules(judged(studio([WORKSTATION, NAS, here], [NIGHTLY, AWAY])))
    of = made(external("hand", "by-hand", "drive:shuttle"), drives=[drive("shuttle", "home")])
    assert [one.name for one in judged(of).offsite] == ["hand"]
    back = Custody(drive="shuttle", place="studio", at=NOW, by="Mara")
    assert judged(as_moved(of, {"shuttle": back})).offsite == []


@row("S13")
def one_copy_is_never_silent() -> None:
    alone = studio([WORKSTATION], [], policy="none")
    assert codes(alone) == ["SB501"]
    waived = advice(studio([WORKSTATION], [], policy="none", waived={"SB501": "2026-12-31"}))
    assert [one.holds("2026-12-31") for one in waived] == [False]
    assert [one.holds("2027-01-01") for one in waived] == [True]


@row("S14")
def which_copy_still_has_a_deleted_file() -> None:
    places = holdings_of(GOOD, GOOD.datasets["ws/sessions"])
    table = {hours: by_design(places, Event("delete"), hours * HOUR).names for hours in (1, 20 * 24, 200 * 24)}
    assert table[1] == ["on-nas", "off-site"]
    assert table[20 * 24] == ["on-nas", "off-site"]
    assert table[200 * 24] == ["off-site"]


@row("S15")
def a_sync_takes_the_deletion_along() -> None:
    """Deleted at 17:00, synced at 18:00, noticed at 19:00: the mirror has lost it, the nightly copy has not."""
    mirror = copy("mirror", "nas:bay", every="hour", mode="mirror")
    boxes = [WORKSTATION, machine("nas", {"bay": "hdd"}), VAULT]
    of = studio(boxes, [mirror, copy("nightly", "vault:cold", keep=Retention(daily=30))], policy="2-1-1")
    seen = {"mirror": Observation(copy="ws/sessions/mirror", at=NOW, points=(), state=NOW - HOUR),
            "nightly": Observation(copy="ws/sessions/nightly", at=NOW, points=("2026-11-26T02-30-00Z",))}  # fmt: skip
    places = holdings_of(of, of.datasets["ws/sessions"])
    assert by_evidence(places, Event("sync"), 2 * HOUR, seen, NOW).names == ["nightly"]
    assert "versions" in rules(judged(studio(boxes, [mirror], policy="2-1-0")))


@row("S16")
def sessions_in_a_cloud_folder() -> None:
    inside = studio([WORKSTATION, NAS], [NIGHTLY])
    dataset = dataclasses.replace(inside.datasets["ws/sessions"], path="Dropbox/Sessions")
    found = advice(dataclasses.replace(inside, datasets={"ws/sessions": dataset}))
    assert [(one.problem.code, "Dropbox/Sessions" in one.problem.message) for one in found] == [("SB503", True)]
    assert codes(inside) == []


def synced(tool: str, versions: int | None) -> Studio:
    return made(external("cloud", tool, "account:cloud", versions=versions), accounts=[account("cloud", mfa=MFA)])


@row("S17", "S96", "S97")
def a_sync_alone_is_no_copy() -> None:
    for tool in ("google-drive", "dropbox", "onedrive", "icloud-drive"):
        assert why(judged(synced(tool, None)))["cloud"].startswith("a sync: keeps no versions")
        assert why(judged(synced(tool, 3 * DAY)))["cloud"].startswith("a sync: keeps 3 days")
        assert why(judged(synced(tool, 30 * DAY))) == {}


@row("S18")
def sessions_are_not_synced_while_they_are_worked_on() -> None:
    assert "SB503" in codes(synced("dropbox", 30 * DAY))
    by_schedule = made(external("cloud", "rclone", "account:cloud", every="day"), accounts=[account("cloud", mfa=MFA)])
    assert "SB503" not in codes(by_schedule)


@row("S19")
def time_machine_as_the_only_backup() -> None:
    of = made(external("tm", "time-machine", "drive:desk"), copies=[], drives=[drive("desk", plugged_into="ws")])
    assert "SB502" in codes(of)
    assert judged(of).word == "FAIL"
    assert "SB502" not in codes(
        made(external("tm", "time-machine", "drive:desk"), drives=[drive("desk", plugged_into="ws")])
    )


@row("S20")
def a_copy_that_was_never_restored_from_is_unproven() -> None:
    of = studio([WORKSTATION, NAS, VAULT], [NIGHTLY, copy("off-site", "vault:cold")], policy="2-1-1-0-0")
    done = [(NOW - DAY, Drill("ws/sessions", name, "p", 1, 10**9, 60.0)) for name in ("on-nas", "off-site")]
    assert live(of, Known(drills=done), on_nas=FRESH, off_site=FRESH).word == "OK"
    unproven = live(of, Known(), on_nas=FRESH, off_site=FRESH)
    assert (unproven.word, why(unproven)["on-nas"]) == ("UNKNOWN", "unknown: unproven: never restored from")


@row("S24")
def one_bag_is_one_place() -> None:
    of = made(external("one", "by-hand", "drive:a"), external("two", "by-hand", "drive:b"), copies=[],
              drives=[drive("a", "studio"), drive("b", "studio")])  # fmt: skip
    bag = {name: Custody(drive=name, place="bag:red", at=NOW, by="Mara") for name in ("a", "b")}
    assert left(as_moved(of, bag), "site", "bag:red") == ["original"]
    apart = {**bag, "b": Custody(drive="b", place="home", at=NOW, by="Courier")}
    of = dataclasses.replace(of, sites={**of.sites, "home": Site(name="home", rooms={})})
    assert left(as_moved(of, apart), "site", "bag:red") == ["original", "two"]
    assert left(as_moved(of, apart), "site", "studio") == ["one", "two"]


@row("S25")
def a_clients_shelf_is_off_site_while_somebody_says_so() -> None:
    of = made(external("theirs", "by-hand", "drive:client"), drives=[drive("client", "acme")])
    of = dataclasses.replace(of, sites={**of.sites, "acme": Site(name="acme", rooms={}, kind="client")})
    facts = [said("copy:ws/sessions/theirs", "made")]
    assert [one.name for one in judged(of).offsite] == ["theirs"]
    there = Custody(drive="client", place="acme", at=NOW, by="Mara", expires=NOW + DAY)
    assert why(live(of, Known(facts=facts), on_nas=FRESH))["theirs"].startswith("unknown: nobody has said that acme")
    assert "theirs" not in why(live(of, Known(facts=facts, custody={"client": there}), on_nas=FRESH))


@row("S28")
def defragmenting_is_for_disks_that_scatter() -> None:
    def said_of(medium: str, filesystem: str) -> None:
        box = machine("ws", {"work": medium}, role="workstation")
        volumes = {name: dataclasses.replace(one, filesystem=filesystem) for name, one in box.volumes.items()}
        check_maintained(studio([dataclasses.replace(box, volumes=volumes)], []), "disk:ws/work")

    for filesystem in ("ntfs", "hfs+"):
        said_of("hdd", filesystem)
    for medium, filesystem in (("ssd", "ntfs"), ("nvme", "hfs+"), ("hdd", "apfs"), ("hdd", "ext4")):
        with pytest.raises(UsageError, match="not maintained by defragmenting"):
            said_of(medium, filesystem)


@row("S29", "S71")
def a_disk_on_a_shelf_is_spun_up() -> None:
    text = (
        "drives: {shelf: {serial: WX1, medium: hdd, home: home}, desk: {serial: WX2, medium: hdd, plugged_into: nas}}\n"
    )
    folder = Path(__file__).parent / "spec/good"
    stock = [("i.yml", (folder / "inventory.yml").read_text()), ("d.yml", text)]
    of = load(stock, [("p.yml", (folder / "playbook.yml").read_text())]).studio
    assert of is not None
    waiting = due(of, "spin-up", Known(facts=[said("drive:shelf", "spun-up", days_ago=200)]))
    assert [(one.subject, one.state(NOW)) for one in waiting] == [("drive:shelf", OVERDUE)]
    assert due(of, "spin-up", Known(facts=[said("drive:shelf", "spun-up")]))[0].state(NOW) != OVERDUE


@row("S30", "S77", "S78")
def disks_have_an_age_and_one_batch_dies_together() -> None:
    def aged(model: str) -> Studio:
        old = {"in_service": "2023-01-15", "model": "Seagate ST8000"}

        def dated(box: Any, **more: str) -> Any:
            return dataclasses.replace(
                box, disks={name: dataclasses.replace(disk, **more) for name, disk in box.disks.items()}
            )

        return studio(
            [dated(WORKSTATION, **old), dated(NAS, **old), dated(VAULT, in_service="2023-02-01", model=model)],
            [NIGHTLY, AWAY],
        )

    assert {one.state(NOW) for one in due(aged("LaCie d2"), "age")} == {SOON}
    assert codes(aged("seagate  ST8000")) == ["SB511"]
    assert codes(aged("LaCie d2")) == []


@row("S31")
def a_warranty_has_an_end() -> None:
    of = studio([WORKSTATION], [], drives=[drive("shelf", "home", warranty_until="2026-10-01")])
    assert [(one.subject, one.state(NOW)) for one in due(of, "warranty")] == [("drive:shelf", OVERDUE)]


@row("S33")
def an_account_asks_for_a_second_factor() -> None:
    cloud = external("cloud", "rclone", "account:b2", versions=30 * DAY)
    facts = [said("copy:ws/sessions/cloud", "made", days_ago=0.1)]
    assert "SB512" in codes(made(cloud, accounts=[account("b2")]))
    assert live(made(cloud, accounts=[account("b2", mfa=MFA)]), Known(facts=facts), on_nas=FRESH).word == "OK"
    past = dataclasses.replace(MFA, until="2026-09-01")
    assert live(made(cloud, accounts=[account("b2", mfa=past)]), Known(facts=facts), on_nas=FRESH).word == "UNKNOWN"
    both = made(cloud, external("more", "restic", "account:b2"), accounts=[account("b2", mfa=MFA)])
    assert why(judged(both)) == {"more": "in the same account as cloud"}


@row("S34")
def every_threat_has_a_name() -> None:
    disks = {name: dataclasses.replace(one, power="strip") for name, one in WORKSTATION.disks.items()}
    of = studio([dataclasses.replace(WORKSTATION, disks=disks), NAS, VAULT], [NIGHTLY, AWAY])
    threats = {
        "fire": "room:studio/a", "flood": "site:studio", "theft": "theft:studio/a", "spilled drink": "machine:ws",
        "power": "power:studio/strip", "drive failure": "disk:ws/work", "corruption": "encrypt",
        "human error": "delete",
    }  # fmt: skip
    known = {str(event) for event in events_of(judged(of).there)}
    assert set(threats.values()) <= known
    card = made(copies=[dataclasses.replace(NIGHTLY)], drives=[drive("card", "studio", medium="card")], volume="card")
    assert left(card, "disk", "card") == ["on-nas"]


@row("S35")
def a_shoot_has_an_end() -> None:
    of = made(external("hand", "by-hand", "drive:shuttle"), drives=[drive("shuttle", "abbey")])
    shoot = Site(name="abbey", rooms={}, kind="location", since="2026-11-01", until="2026-11-20")
    of = dataclasses.replace(of, sites={**of.sites, "abbey": shoot})
    dataset = of.datasets["ws/sessions"]
    assert [one.name for one in judge(of, dataset, today="2026-11-10").offsite] == ["hand"]
    assert why(judge(of, dataset, today="2026-11-21")) == {"hand": "abbey ended on 2026-11-20"}
    assert why(judge(of, dataset, today="2026-10-01")) == {"hand": "abbey begins on 2026-11-01"}


@row("S39")
def a_thief_takes_what_is_not_locked_away() -> None:
    of = made(external("hand", "by-hand", "drive:shelf"), drives=[drive("shelf", "studio")])
    safe = dataclasses.replace(of, sites={**of.sites, "studio": Site(name="studio", rooms={}, secured=True)})
    assert left(of, "theft", "studio") == ["original", "on-nas"]
    assert "theft:studio" not in {str(event) for event in events_of(judged(safe).there)}


@row("S70")
def sessions_on_flash_archives_elsewhere() -> None:
    slow = studio([machine("ws", {"work": "hdd"}, room="a", role="workstation"), NAS], [NIGHTLY])
    assert codes(slow) == ["SB504"]
    shelf = made(
        external("stick", "by-hand", "drive:stick"), drives=[drive("stick", "home", medium="ssd")], kind="archive"
    )
    assert codes(shelf) == ["SB506"]
    stays = [drive("stick", plugged_into="nas", medium="ssd")]
    powered = made(external("stick", "by-hand", "drive:stick"), drives=stays, kind="archive")
    assert codes(powered) == []


@row("S72", "S73")
def raid_is_one_copy() -> None:
    six = machine("nas", {f"d{n}": "hdd" for n in range(4)}, {"tank": ("md", "raid6", [f"d{n}" for n in range(4)])})
    found = judged(studio([WORKSTATION, six], [NIGHTLY, copy("more", "nas:tank")]))
    assert [one.name for one in found.counted] == ["original", "on-nas"]
    assert left(studio([WORKSTATION, six], [NIGHTLY]), "array", "nas/tank") == ["original"]


@row("S74")
def only_a_drobo_reads_a_drobo() -> None:
    box = machine("drobo", {"d1": "hdd", "d2": "hdd"}, {"pool": ("beyondraid", "single", ["d1", "d2"])})
    of = studio([WORKSTATION, box], [copy("archive", "drobo:pool")], kind="archive", policy="2-1-0")
    assert "SB509" in codes(of)
    assert why(judged(of)) == {
        "archive": "only a box of its own kind can read it, and no other copy is readable without"
    }
    assert left(of, "disk", "drobo/d1") == ["original", "archive"]
    assert left(of, "array", "drobo/pool") == ["original"]  # the box dies, its disks are fine
    both = studio([WORKSTATION, box, VAULT], [copy("archive", "drobo:pool"), copy("off", "vault:cold")], kind="archive")
    assert why(judged(both)) == {}


@row("S75")
def firewire_is_found_on_few_machines() -> None:
    of = made(external("hand", "by-hand", "drive:oxford"),
              drives=[drive("oxford", "home", interface="firewire", enclosure="oxford-case")])  # fmt: skip
    assert codes(of) == ["SB510"]
    assert left(of, "enclosure", "oxford-case") == ["original", "on-nas"]


@row("S76")
def a_caddy_is_not_the_drive_in_it() -> None:
    caddies = [drive("reel-1", "home", enclosure="storcase"), drive("reel-2", "home", enclosure="storcase")]
    of = made(external("one", "by-hand", "drive:reel-1"), external("two", "by-hand", "drive:reel-2"), drives=caddies)
    assert why(judged(of)) == {}  # two drives, though they take the same slot
    assert left(of, "enclosure", "storcase") == ["original", "on-nas"]


@row("S79")
def a_card_is_formatted_after_two_copies() -> None:
    card = [drive("card", "studio", medium="card")]
    one = studio([WORKSTATION, NAS, VAULT], [NIGHTLY], volume="card", drives=card)
    two = studio([WORKSTATION, NAS, VAULT], [NIGHTLY, AWAY], volume="card", drives=card)
    assert ("SB514" in codes(one), "SB514" in codes(two)) == (True, False)


def on_discs(form: str, pieces: int, size: int, **more: Any) -> Studio:
    kind = more.pop("kind", "archive")
    more.setdefault("refresh_by", "2031-01-01")
    discs = drive("discs", "home", medium="optical", format=form, pieces=pieces, capacity=USABLE[form], **more)
    return made(
        external("discs", "disc-burner", "drive:discs", versions=9 * 365 * DAY), drives=[discs], kind=kind, size=size
    )


@row("S80", "S81", "S82", "S84")
def discs_hold_less_than_their_label_and_do_not_last() -> None:
    for form, size, needed in (("cd-r", 2 * 10**9, 3), ("dvd-r", 9 * 10**9, 3), ("dvd-r-dl", 9 * 10**9, 2),
                               ("bd-r", 60 * 10**9, 3)):  # fmt: skip
        found = [one.problem for one in advice(on_discs(form, needed - 1, size))]
        assert [(one.code, f"takes {needed} pieces" in one.message) for one in found] == [("SB515", True)]
        assert codes(on_discs(form, needed, size)) == []
        assert codes(on_discs(form, needed, size, refresh_by=None)) == ["SB507"]
        assert "SB516" in codes(on_discs(form, needed, size, kind="backup"))


@row("S83")
def hd_dvd_is_accepted_and_obsolete() -> None:
    of = on_discs("hd-dvd", 1, 10**9)
    assert set(codes(of)) == {"SB508", "SB510"}
    assert "nothing says what reads it" in why(judged(of))["discs"]
    assert why(judged(on_discs("hd-dvd", 1, 10**9, read_with="Toshiba HD-XA2"))) == {}


def on_tape(form: str, **more: Any) -> Studio:
    tape = drive("tape", "home", medium="tape", format=form, **more)
    return made(external("tape", "retrospect", "drive:tape", versions=365 * DAY), drives=[tape])


@row("S85", "S86", "S87", "S88", "S89", "S90")
def a_tape_needs_a_named_drive_that_works() -> None:
    for form in ("dat", "dds-4", "exabyte", "vxa", "ait", "ait-3", "dlt", "sdlt", "lto-6"):
        assert (judged(on_tape(form)).word, "SB508" in codes(on_tape(form))) == ("UNKNOWN", True), form
        named = on_tape(form, read_with="a drive in the rack")
        assert (judged(named).word, "SB508" in codes(named)) == ("OK", False), form
        assert ("SB510" in codes(named)) == (form in OBSOLETE), form
        proven = [said("copy:ws/sessions/tape", "made"), said("copy:ws/sessions/tape", "restored")]
        assert live(named, Known(facts=proven), on_nas=FRESH).word == "UNKNOWN"
        works = [*proven, said("drive:tape", "readable")]
        assert live(named, Known(facts=works), on_nas=FRESH).word == "OK"


@row("S91")
def what_a_tape_needs_is_said_and_its_size_is_uncompressed() -> None:
    of = on_tape("lto-9", read_with="HP Ultrium 45000", software="Retrospect 9")
    assert "needs HP Ultrium 45000 and Retrospect 9" in shown(judged(of))
    assert USABLE["lto-9"] == 18 * 10**12


BACKBLAZE = external("backblaze", "backblaze-personal", "account:bb")


@row("S95")
def backblaze_counts_for_what_it_sees() -> None:
    def seen(**more: Any) -> dict[str, str]:
        return why(judged(made(BACKBLAZE, **{"accounts": [account("bb", "backblaze-personal", mfa=MFA)], **more})))

    assert seen() == {}
    assert seen(role="system") == {"backblaze": "Backblaze Computer Backup leaves out the system and programs"}
    assert seen(os="linux")["backblaze"].startswith("no system with work runs Backblaze")
    box = machine("ws", {"work": "hdd"}, role="nas")
    assert seen(machines=[box, NAS])["backblaze"] == "Backblaze Computer Backup sees no network storage"
    away = seen(volume="travel", drives=[drive("travel", "studio", medium="ssd")])
    assert away == {
        "backblaze": "unknown: Backblaze Computer Backup drops a drive that is away for 30 days (drive:travel)"
    }
    dropbox = external("dropbox", "dropbox", "account:box", versions=30 * DAY)
    both = made(BACKBLAZE, dropbox, accounts=[account("bb"), account("box")])
    assert [one.name for one in judged(both).counted] == ["original", "on-nas", "dropbox"]


@row("S98")
def any_other_cloud_says_what_it_keeps() -> None:
    cloud = external("cloud", "rclone", "account:any", versions=30 * DAY)
    of = made(cloud, accounts=[account("any", "whoever", lock=30 * DAY, mfa=MFA)])
    found = judged(of)
    assert found.word == "OK"
    assert [one.name for one in found.offline] == ["cloud"]


def beside(tool: str, **more: Any) -> Studio:
    os = TOOLS[tool].os[0] if TOOLS[tool].os else "linux"
    return made(external("other", tool, "drive:desk", **more), os=os, drives=[drive("desk", plugged_into="nas")])


PRODUCTS = {
    "S100": "carbon-copy-cloner",
    "S101": "chronosync",
    "S102": "synchronise-x-plus",
    "S103": "synchronise-pro-x",
    "S104": "silverkeeper",
    "S109": "allway-sync",
    "S110": "syncromat",
}


def mirrors(tool: str) -> None:
    """Judged as a place that holds the files and no deleted ones; known by what a probe or a person says."""
    of = beside(tool)
    assert why(judged(of)) == {}
    assert "keeps no versions" in shown(judged(of))
    assert left(of, "delete", noticed=DAY) == ["on-nas"]
    fresh = Known(facts=[said("copy:ws/sessions/other", "made", days_ago=0.5)])
    assert "other" in why(live(of, Known(), on_nas=FRESH))
    assert "other" not in why(live(of, fresh, on_nas=FRESH))
    kept = beside(tool, versions=30 * DAY)
    assert left(kept, "delete", noticed=DAY) == ["on-nas", "other"]
    assert ("SB513" in codes(of)) == TOOLS[tool].ended
    assert TOOLS[tool].level == ("observed" if tool in ("carbon-copy-cloner", "chronosync") else "attested")


for name, product in PRODUCTS.items():
    ROWS.tests[name] = lambda product=product: mirrors(product)  # type: ignore[misc]


@row("S105", "S107", "S108")
def a_format_of_its_own_counts_once_it_was_restored() -> None:
    for tool in ("retrospect", "norton-ghost", "save-and-restore"):
        of = beside(tool, every="day", versions=30 * DAY)
        facts = [said("copy:ws/sessions/other", "made", days_ago=0.5)]
        found = why(live(of, Known(facts=facts), on_nas=FRESH))
        assert found["other"] == f"unknown: unproven: only {TOOLS[tool].restorer} reads it, and nobody did"
        facts.append(said("copy:ws/sessions/other", "restored"))
        assert "other" not in why(live(of, Known(facts=facts), on_nas=FRESH))
        assert f"needs {TOOLS[tool].restorer}" in shown(judged(of))
        assert "SB513" in codes(of)


@row("S106")
def what_nobody_can_know_of_is_never_green() -> None:
    of = beside("mezzo")
    assert TOOLS["mezzo"].level == "rule"
    assert "SB513" in codes(of)
    facts = [said("copy:ws/sessions/other", "made"), said("copy:ws/sessions/other", "restored")]
    assert "nobody can know of Mezzo Archiver" in why(live(of, Known(facts=facts), on_nas=FRESH))["other"]


#: Every row of this part that is a rule or somebody's word.
ASKED = [
    *(f"S{n}" for n in (1, 2, 3, 4, 8, *range(10, 21), 24, 25, 28, 29, 30, 31, 33, 34, 35, 39)),
    *(f"S{n}" for n in range(70, 92)),
    "S95", "S96", "S97", "S98",
    *(f"S{n}" for n in range(100, 111)),
]  # fmt: skip


@pytest.mark.parametrize("name", ASKED)
def test_row(name: str) -> None:
    ROWS.tests[name]()


def test_no_row_is_forgotten() -> None:
    assert sorted(ROWS.tests) == sorted(ASKED)


def test_the_exit_code_of_a_policy_that_is_not_met(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """S1: 4, and the one event that would be too much."""
    folder = Path(__file__).parents[1]
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    playbook = (folder / "playbooks/three-two-one.yml").read_text()
    (tmp_path / "p.yml").write_text(playbook[: playbook.index("        off-site:")])
    spec = ("-i", str(folder / "inventory"), "-p", str(tmp_path / "p.yml"))
    code, found = document(capsys, *spec, "verdict", "--format", "json")
    assert (code, found["verdicts"][0]["verdict"]) == (4, "FAIL")
    assert found["verdicts"][0]["worst"] == {"event": "site", "subject": "studio", "left": []}
