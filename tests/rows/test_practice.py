"""S24 … S39: drives that travel, clients, shoots, threats, what has an age or an end."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from studio_backup.cli.words import check_maintained
from studio_backup.errors import UsageError
from studio_backup.facts import Custody
from studio_backup.policy import (
    events_of,
    judge,
)
from studio_backup.policy.custody import as_moved
from studio_backup.policy.due import OVERDUE, SOON, Known
from studio_backup.spec import load
from studio_backup.spec.model import Site, Studio
from tests.rows import Rows
from tests.rows.judging import (
    AWAY,
    DAY,
    FRESH,
    MFA,
    NIGHTLY,
    NOW,
    WORKSTATION,
    codes,
    due,
    judged,
    left,
    live,
    made,
    said,
    why,
)
from tests.studios import NAS, VAULT, account, drive, external, machine, studio

ROWS = Rows()
row = ROWS.row


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
    folder = Path(__file__).parents[1] / "spec/good"
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


@pytest.mark.parametrize("name", ROWS.tests)
def test_row(name: str) -> None:
    ROWS.tests[name]()
