"""S1 … S20: the rule itself, what counts as a copy, what deletions and syncs do."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from studio_backup.facts import Custody, Drill, Observation
from studio_backup.policy import (
    Event,
    Sight,
    by_design,
    by_evidence,
    holdings_of,
)
from studio_backup.policy.advice import advice
from studio_backup.policy.custody import as_moved
from studio_backup.policy.due import Known
from studio_backup.spec import load
from studio_backup.spec.model import Brake, Machine, Studio
from studio_backup.spec.retention import Retention
from tests.rows import Rows
from tests.rows.judging import (
    AWAY,
    DAY,
    FRESH,
    GOOD,
    HOUR,
    MFA,
    NIGHTLY,
    NOW,
    WORKSTATION,
    codes,
    judged,
    live,
    made,
    rules,
    shown,
    why,
)
from tests.studios import NAS, VAULT, account, copy, drive, external, machine, studio
from tests.test_cli import document

ROWS = Rows()
row = ROWS.row


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
    text = (Path(__file__).parents[1] / "spec/good/playbook.yml").read_text()
    stock = [("i.yml", (Path(__file__).parents[1] / "spec/good/inventory.yml").read_text())]

    def brakes(kind: str) -> set[Brake]:
        found = load(stock, [("p.yml", text.replace("policy: 3-2-1", f"policy: 3-2-1\n      kind: {kind}"))])
        assert found.studio is not None
        return {one.brake for dataset in found.studio.datasets.values() for one in dataset.copies.values()}

    assert brakes("archive") == {Brake(percent=0, files=0)}
    assert brakes("backup") == {Brake(percent=20, files=50)}


@row("S9")
def the_system_drive_and_the_media_drive_are_two_halves() -> None:
    """Each half alone is warned of, both are not; nothing is said of a system drive that the spec does not name."""
    other = machine("ws", {"work": "nvme", "inside": "nvme"}, role="workstation")
    named = dataclasses.replace(other, systems={"linux": dataclasses.replace(other.systems["linux"], on="inside")})

    def told(box: Machine, *roles: str) -> list[str]:
        of = studio([box, NAS, VAULT], [NIGHTLY, AWAY])
        dataset = of.datasets["ws/sessions"]
        found = {f"ws/{role}": dataclasses.replace(dataset, name=role, role=role) for role in roles}
        return [
            one.problem.message
            for one in advice(dataclasses.replace(of, datasets=found))
            if one.problem.code == "SB505"
        ]

    assert (
        told(named, "session") == told(named, "media") == ["the system drive of 'ws' is in no dataset, only its media"]
    )
    assert told(other, "session") == []
    assert told(other, "system") == ["only the system drive of 'ws' is in a dataset, no sessions and no media"]
    three = machine("ws", {"work": "nvme", "inside": "nvme", "more": "hdd"}, role="workstation")
    of = studio([three, NAS, VAULT], [NIGHTLY, AWAY])
    found = [one.problem.message for one in advice(of) if one.problem.code == "SB517"]
    assert found == ["nothing of 'ws/inside' is in a dataset (and 1 more like it)"]
    onto = studio([three, NAS, VAULT], [NIGHTLY, copy("beside", "ws:more")])
    assert [one.problem.message for one in advice(onto) if one.problem.code == "SB517"] == [
        "nothing of 'ws/inside' is in a dataset"
    ]
    assert told(named, "system", "media") == told(named, "session", "system") == []


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


@pytest.mark.parametrize("name", ROWS.tests)
def test_row(name: str) -> None:
    ROWS.tests[name]()


def test_the_exit_code_of_a_policy_that_is_not_met(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """S1: 4, and the one event that would be too much."""
    folder = Path(__file__).parents[2]
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    playbook = (folder / "playbooks/three-two-one.yml").read_text()
    (tmp_path / "p.yml").write_text(playbook[: playbook.index("        off-site:")])
    spec = ("-i", str(folder / "inventory"), "-p", str(tmp_path / "p.yml"))
    code, found = document(capsys, *spec, "verdict", "--format", "json")
    assert (code, found["verdicts"][0]["verdict"]) == (4, "FAIL")
    assert found["verdicts"][0]["worst"] == {"event": "site", "subject": "studio", "left": []}
