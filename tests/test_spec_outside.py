"""Things without a shell in the spec: drives, accounts, copies by other products, policies, places of others."""

from __future__ import annotations

from pathlib import Path

from studio_backup.spec import Loaded, explain, load
from studio_backup.spec.model import Studio
from studio_backup.spec.outside import Attestation, Whereabouts
from studio_backup.spec.policies import find_policy

GOOD = Path(__file__).parent / "spec" / "good"
DAY = 86400
MORE = """\
drives:
  shuttle: {serial: WX1, medium: hdd, home: home, at: studio/a, rotation: pair, turn: 2 weeks, in_service: 2025-03-01}
  tm: {serial: WX2, medium: hdd, plugged_into: ws-a, interface: usb}
  lto: {serial: A0001L6, medium: tape, format: lto-6, home: acme, read_with: HP Ultrium 6250, software: Retrospect 9}
accounts:
  b2: {provider: backblaze-b2, erased_by: ["person:mara", "machine:ws-a"], mfa: {by: Mara, on: 2026-06-01},
       versions: 90 days, lock: 30 days}
policies:
  3-2-1: {versions: 30 days}
  client: {like: 3-2-1, offline: 1, rpo: 26 hours, drill: 90 days, rto: 8 hours}
"""
PLAY = """
      policy: client
      kind: archive
      class: client
      client: acme
      size: 1.5 TB
      waive: {SB501: 2026-12-31}
      external:
        time-machine: {tool: time-machine, to: "drive:tm"}
        cloud: {tool: rclone, to: "account:b2", every: day at 03:00, sees: [sessions]}
        dropbox: {tool: dropbox, to: "account:b2", versions: 7 days}
        by-hand: {tool: by-hand, to: "vault:cold/hand/{{ machine.name }}", max-age: 9 days}
"""


def loaded() -> Loaded:
    inventory = (GOOD / "inventory.yml").read_text(encoding="utf-8")
    inventory = inventory.replace("  home: {}\n", "  home: {secured: yes}\n  acme: {kind: client, until: 2027-01-01}\n")
    inventory = inventory.replace("macos: {address", "macos: {on: work, address")
    inventory = inventory.replace("tank: {on: tank,", "plugged: {on: shuttle, filesystem: ext4, path: /srv/plugged, "
                                  "id: 7a4b0001-0000-4000-8000-000000000002}\n      tank: {on: tank,")  # fmt: skip
    playbook = (GOOD / "playbook.yml").read_text(encoding="utf-8").replace("\n      policy: 3-2-1", PLAY.rstrip())
    return load([("inventory.yml", inventory), ("more.yml", MORE)], [("playbook.yml", playbook)])


def studio() -> Studio:
    found = loaded()
    assert found.problems == ()
    assert found.studio is not None
    return found.studio


def test_drives_and_where_they_are() -> None:
    drives = studio().drives
    shuttle, machine = drives["shuttle"], drives["tm"]
    assert (shuttle.home, shuttle.at) == (Whereabouts("home"), Whereabouts("studio", "a"))
    assert (shuttle.spin_up_every, machine.spin_up_every) == (180 * DAY, None)
    assert (shuttle.turn, machine.turn) == (14 * DAY, 7 * DAY)
    assert (machine.home, machine.at) == (Whereabouts("studio", "a"), Whereabouts("studio", "a"))
    assert drives["lto"].home.full_name == "acme"
    assert shuttle.place.file == "more.yml"


def test_a_volume_may_lie_on_a_drive() -> None:
    nas = studio().machines["nas"]
    assert (nas.volumes["plugged"].on, nas.disks["shuttle"].travels, nas.disks["bay1"].travels) == (
        "shuttle",
        True,
        False,
    )


def test_accounts_and_who_can_erase_them() -> None:
    account = studio().accounts["b2"]
    assert account.erased_by == ("person:mara", "machine:ws-a")
    assert account.mfa == Attestation(by="Mara", on="2026-06-01", until="2027-06-01")
    assert (account.versions, account.lock) == (90 * DAY, 30 * DAY)


def test_copies_by_other_products() -> None:
    dataset = studio().datasets["ws-b/sessions"]
    machine, cloud, dropbox, hand = dataset.external.values()
    assert (machine.destination, machine.every.text, machine.level, machine.versions) == (
        "drive:tm",
        "hour",
        "observed",
        30 * DAY,
    )
    assert (cloud.destination, cloud.versions, cloud.sees, cloud.path) == (
        "account:b2",
        90 * DAY,
        ("sessions",),
        "",
    )
    assert (dropbox.every.text, dropbox.versions, dropbox.level) == ("realtime", 7 * DAY, "attested")
    assert (hand.destination, hand.path, hand.versions, hand.max_age) == ("vault:cold", "hand/ws-b", None, 9 * DAY)
    assert hand.full_name == "ws-b/sessions/by-hand"


def test_what_a_dataset_is() -> None:
    dataset = studio().datasets["ws-a/sessions"]
    assert (dataset.kind, dataset.role, dataset.owner, dataset.client) == ("archive", "media", "client", "acme")
    assert (dataset.size, dataset.waived) == (1_500_000_000_000, {"SB501": "2026-12-31"})


def test_policies_by_name_by_number_and_changed() -> None:
    own = studio().policies
    changed, client = find_policy(own, "3-2-1"), find_policy(own, "client")
    assert changed is not None
    assert client is not None
    assert (changed.copies, changed.media, changed.offsite, changed.noticed_after) == (3, 2, 1, 30 * DAY)
    # `like` takes the preset as it was changed above.
    assert (client.noticed_after, client.offline, client.rpo, client.drill, client.rto) == (
        30 * DAY,
        1,
        26 * 3600,
        90 * DAY,
        8 * 3600,
    )
    strict = find_policy(own, "3-2-1-1-0")
    assert strict is not None
    assert (strict.copies, strict.offline, strict.drill) == (3, 1, 90 * DAY)
    assert find_policy(own, "4-3-2") is not None
    assert find_policy(own, "whatever") is None


def test_places_of_others_and_places_that_are_locked() -> None:
    sites = studio().sites
    assert (sites["acme"].kind, sites["acme"].until, sites["home"].secured, sites["studio"].secured) == (
        "client",
        "2027-01-01",
        True,
        False,
    )
    assert studio().machines["ws-a"].systems["macos"].on == "work"


def test_explain_says_where_each_of_them_was_written() -> None:
    spec = loaded()
    shown = {one.path: (one.value, str(one.place)) for one in explain(spec, "drive:shuttle")}
    assert shown["drives.shuttle.home"] == ("home", "more.yml:2:45")
    assert shown["drives.shuttle.pieces"] == ("1", "None")
    assert {one.path for one in explain(spec, "account:b2")} >= {"accounts.b2.mfa.by", "accounts.b2.lock"}
    assert [one.value for one in explain(spec, "policy:3-2-1")] == ["30 days"]
    copy = {one.path: one.value for one in explain(spec, "ws-b/sessions/by-hand")}
    assert copy["datasets.sessions.external.by-hand.to"] == "vault:cold/hand/ws-b"
