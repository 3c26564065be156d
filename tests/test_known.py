"""What people say of things without a shell: attest, move and due, with what they change and when it runs out."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from studio_backup.facts import ATTESTED, Custody, Drill, Fact, Observation
from studio_backup.policy.custody import as_moved, out_of_sight, whereabouts
from studio_backup.policy.due import LATER, OVERDUE, SOON, UNKNOWN, Due, Known, due_of
from studio_backup.report import due as report
from studio_backup.report.due import screen
from studio_backup.report.text import Paint
from studio_backup.spec.model import Site, Studio
from studio_backup.spec.outside import Account, Attestation, Drive, Whereabouts
from studio_backup.spec.rules import PRESETS
from studio_backup.spec.schedule import DAY
from tests.studios import HERE, NAS, VAULT, WORKSTATION, copy, studio
from tests.test_cli import run
from tests.test_schemas_documents import complaints

NOW = int(datetime(2026, 11, 26, 12, tzinfo=UTC).timestamp())
SHUTTLE = Drive(name="shuttle-1", serial="WD3C4", medium="hdd", home=Whereabouts("studio", "a"),
                at=Whereabouts("studio", "a"), plugged_into="ws", place=HERE)  # fmt: skip
PLAIN = dataclasses.replace(studio([WORKSTATION, NAS, VAULT], [copy("on-nas", "nas:tank")]),
                            drives={"shuttle-1": SHUTTLE})  # fmt: skip
SPEC = """\
drives:
  shuttle-1: {serial: WD3C4, medium: hdd, home: studio/a, in_service: 2022-03-01, rotation: shuttle}
  shuttle-2: {serial: WD3C5, medium: hdd, home: home, rotation: shuttle, read_with: a USB case}
accounts:
  b2: {provider: backblaze-b2, versions: 90 days}
"""


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def moved(place: str, **changes: Any) -> Custody:
    return dataclasses.replace(Custody(drive="shuttle-1", place=place, at=NOW, by="Mara"), **changes)


@pytest.fixture
def spec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example studio with two shuttle drives and an account, in the folder that the command runs in."""
    for name in ("inventory", "playbooks"):
        shutil.copytree(Path(__file__).parents[1] / name, tmp_path / name)
    (tmp_path / "inventory/drives.yml").write_text(SPEC)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], code: int, *arguments: str) -> str:
    found, out, err = run(capsys, *arguments)
    assert found == code, out + err
    assert "--format" in arguments or max(map(len, out.splitlines()), default=0) <= 80
    return out + err


def asked(capsys: pytest.CaptureFixture[str], code: int, *arguments: str) -> dict[str, Any]:
    document = json.loads(said(capsys, code, *arguments, "--format", "json"))
    assert isinstance(document, dict)
    assert complaints(document, "report") == []
    return document


# --- moves: S24, S25


def test_a_drive_is_elsewhere_from_the_minute_it_is_moved() -> None:
    """S24: a drive taken home is off-site; nothing that happens to the machine it was plugged into reaches it."""
    home = as_moved(PLAIN, {"shuttle-1": moved("home")}).drives["shuttle-1"]
    assert (home.home, home.plugged_into) == (Whereabouts("home"), None)
    back = as_moved(PLAIN, {"shuttle-1": moved("studio/a")}).drives["shuttle-1"]
    assert (back.home, back.plugged_into) == (Whereabouts("studio", "a"), "ws")
    assert as_moved(PLAIN, {}) == PLAIN
    away = dataclasses.replace(PLAIN, drives={"shuttle-1": dataclasses.replace(SHUTTLE, at=Whereabouts("home"))})
    assert as_moved(away, {}).drives["shuttle-1"].plugged_into is None


def test_two_drives_in_one_bag_are_at_one_place() -> None:
    """S24: what is in one bag is lost together."""
    two = dataclasses.replace(PLAIN, drives={"shuttle-1": SHUTTLE,
                                             "shuttle-2": dataclasses.replace(SHUTTLE, name="shuttle-2")})  # fmt: skip
    bag = {name: moved("bag:red", drive=name) for name in two.drives}
    assert {drive.home for drive in as_moved(two, bag).drives.values()} == {Whereabouts("bag:red")}


def test_a_client_s_shelf_is_a_site() -> None:
    """S25: client:NAME is another site, declared or not; when the word runs out nobody knows."""
    assert whereabouts("client:blue-note", PLAIN) == Whereabouts("client:blue-note")
    declared = dataclasses.replace(PLAIN, sites={**PLAIN.sites, "blue-note": Site(name="blue-note", rooms={})})
    assert whereabouts("client:blue-note", declared) == Whereabouts("blue-note")
    shelf = {"shuttle-1": moved("client:blue-note", expires=NOW + 10)}
    assert out_of_sight(PLAIN, shelf, NOW) == {}
    assert out_of_sight(PLAIN, shelf, NOW + 10) == {
        "shuttle-1": "Mara took it to client:blue-note, and that word has run out"
    }
    assert out_of_sight(PLAIN, {"gone": moved("home", expires=1)}, NOW) == {}


@pytest.mark.usefixtures("spec")
def test_move_notes_it_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, 0, "move", "shuttle-1", "--to", "bag:red", "--by", "Mara", "--note", "for the  tour")
    assert out.startswith("drive:shuttle-1: from studio/a to bag:red, noted\n  by     Mara, ")
    assert "from then on nobody knows where it is\n  note   for the tour\nNext: studio-backup what-if\n" in out
    document = asked(capsys, 0, "move", "drive:shuttle-1", "--to", "home", "--by", "Mara")
    assert (document["moved"]["from"], document["moved"]["to"], document["moved"]["expires"]) == (
        "bag:red", "home", None,
    )  # fmt: skip


def test_a_copy_in_a_bag_is_not_off_site_yet(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """S24: move says what the verdict says."""
    play = spec / "playbooks/more.yml"
    play.write_text("- name: x\n  hosts: ws-a\n  datasets:\n    more:\n      source: {volume: sessions, path: more}\n"
                    "      external: {hand: {tool: by-hand, to: 'drive:shuttle-1'}}\n")  # fmt: skip
    for place, word in (("bag:red", "on its way"), ("studio/a", "at the site of the original"), ("home", "off-site")):
        out = said(capsys, 0, "move", "shuttle-1", "--to", place, "--by", "Mara")
        assert f"  copy   ws-a/more/hand: {word}\n" in out
        document = asked(capsys, 0, "move", "shuttle-1", "--to", place, "--by", "Mara")
        assert [one["offsite"] for one in document["copies"]] == [word == "off-site"]


def test_a_client_is_asked_again_by_whatever_name_it_was_given(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """S25: what `verdict --live` tells to type for a client of the spec ends as client:NAME does."""
    (spec / "inventory/clients.yml").write_text("sites: {acme: {kind: client}}\n")
    for place in ("acme", "client:acme", "client:blue-note"):
        document = asked(capsys, 0, "move", "shuttle-2", "--to", place, "--by", "Mara")
        assert document["moved"]["expires"] is not None, place
    assert asked(capsys, 0, "move", "shuttle-2", "--to", "home", "--by", "Mara")["moved"]["expires"] is None


def test_a_receipt_can_be_printed(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """S25."""
    said(capsys, 0, "move", "shuttle-2", "--to", "client:blue-note", "--by", "Mara", "--receipt", "--output", "r.txt")
    page = (spec / "r.txt").read_text()
    for text in ("RECEIPT  northlight", "Serial number      WD3C5", "client:blue-note", "To be confirmed",
                 "To read it: a USB case", "Received  ____"):  # fmt: skip
        assert text in page


@pytest.mark.usefixtures("spec")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("shuttle-3", "--to", "home"), "there is no drive 'shuttle-3'\nfix: did you mean 'shuttle-"),
        (("shuttle-1", "--to", "hom"), "--to: there is no place 'hom'\nfix: did you mean 'home'?"),
        (("shuttle-1", "--to", "studio/z"), "--to: there is no place 'studio/z'"),
        (("shuttle-1", "--to", "bag:"), "--to: 'bag:' names no bag"),
        (("shuttle-1", "--to", "home", "--expires", "soon"), "neither a day nor a span of time"),
        (("shuttle-1", "--to", "home", "--expires", "2026-13-01"), "neither a day nor a span of time"),
        (("shuttle-1", "--to", "home", "--expires", "2020-01-01"), "--expires: 2020-01-01 is past"),
        (("shuttle-1", "--to", "home", "--by", " "), "--by: nobody is named"),
    ],
)
def test_what_cannot_be_moved_says_what_to_write(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    by = () if "--by" in arguments else ("--by", "Mara")
    assert message in said(capsys, 1, "move", *arguments, *by)
    assert "spin-up" in said(capsys, 2, "due")
    assert "custody" not in said(capsys, 2, "due")


def test_what_cannot_be_kept_is_no_success(
    spec: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command that only writes the record must not go on without it."""
    (spec / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(spec / "file"))
    assert "cannot be used" in said(capsys, 1, "move", "shuttle-1", "--to", "home", "--by", "Mara")
    assert "cannot be used" in said(capsys, 1, "attest", "account:b2", "--by", "Mara")
    assert "going on without it" in said(capsys, 2, "due")


# --- words: S29, S33, S48


@pytest.mark.usefixtures("spec")
def test_attest_notes_a_word_with_an_end(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, 0, "attest", "account:b2", "--by", "Mara", "--note", "asked for a code")
    assert out.startswith("account:b2: a second factor is asked for: noted\n  by     Mara, ")
    assert "; from then on UNKNOWN\n  note   asked for a code\nNext: studio-backup due\n" in out
    fact = asked(capsys, 0, "attest", "copy:ws-a/sessions/on-nas", "--what", "restored", "--by", "Mara", "--expires",
                 "90 days")["attested"]  # fmt: skip
    assert (fact["sort"], fact["what"], fact["expires"] - fact["at"]) == ("attested", "restored", 90 * DAY)


@pytest.mark.usefixtures("spec")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("account:b3",), "there is no 'account:b3' to say anything of\nfix: did you mean 'account:b2'?"),
        (("b2",), "there is no 'b2' to say anything of"),
        (("account:b2", "--what", "made"), "--what: 'made' is not said of account:b2\nfix: write mfa"),
        (("copy:ws-a/sessions/on-na",), "did you mean 'copy:ws-a/sessions/on-nas'"),
    ],
)
def test_what_cannot_be_said_says_what_can(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    assert message in said(capsys, 1, "attest", *arguments, "--by", "Mara")


# --- due: S28 to S31, S33, S35, S81


def listed(of: Studio, policy: str = "none", **known: Any) -> dict[tuple[str, str], Due]:
    policies = {"ws/sessions": PRESETS.get(policy)}
    return {(one.subject, one.what): one for one in due_of(of, policies, Known(**known))}


def with_drive(**changes: Any) -> Studio:
    return dataclasses.replace(PLAIN, drives={"shuttle-1": dataclasses.replace(SHUTTLE, **changes)})


def test_a_shelf_drive_is_plugged_in_every_half_year() -> None:
    """S29: by somebody's word, by a copy that was seen on it, or counted from its first day; else UNKNOWN."""
    half = 180 * DAY
    of, key = with_drive(spin_up_every=half), ("drive:shuttle-1", "spin-up")
    never = listed(of)[key]
    assert (never.when, never.state(NOW), never.fix) == (
        None, UNKNOWN, "studio-backup attest drive:shuttle-1 --by NAME",
    )  # fmt: skip
    new = with_drive(spin_up_every=half, in_service="2026-03-01")
    assert listed(new)[key].when == at("2026-03-01") + half
    said = Fact(subject="drive:shuttle-1", what="spun-up", sort=ATTESTED, at=NOW, by="Mara", expires=NOW + 1)
    done = listed(new, facts=[said])[key]
    assert [done.state(now) for now in (NOW, NOW + half - 20 * DAY, NOW + half)] == [LATER, SOON, OVERDUE]
    on_it = dataclasses.replace(NAS.volumes["tank"], on="shuttle-1")
    carrying = dataclasses.replace(new, machines={**new.machines, "nas": dataclasses.replace(
        NAS, volumes={"tank": on_it})})  # fmt: skip
    look = Observation(copy="ws/sessions/on-nas", at=NOW + 5, points=())
    assert listed(carrying, looks={look.copy: look})[key].when == NOW + 5 + half
    assert listed(carrying)[key].when == at("2026-03-01") + half


def test_disks_age() -> None:
    """S30, S31: from three years on soon, after five overdue; a tape or a disc does not run."""
    old = listed(with_drive(in_service="2023-11-27", warranty_until="2026-11-26"))
    age, warranty = old["drive:shuttle-1", "age"], old["drive:shuttle-1", "warranty"]
    assert [age.state(at(text)) for text in ("2026-11-24", "2026-11-27", "2028-11-27")] == [LATER, SOON, OVERDUE]
    assert [warranty.state(at(text)) for text in ("2026-11-26", "2026-11-27")] == [SOON, OVERDUE]
    assert ("drive:shuttle-1", "age") not in listed(with_drive(in_service="2010-01-01", medium="optical"))
    box = dataclasses.replace(NAS, disks={"bay1": dataclasses.replace(NAS.disks["bay1"], in_service="2023-06-01")})
    assert ("disk:nas/bay1", "age") in listed(dataclasses.replace(PLAIN, machines={**PLAIN.machines, "nas": box}))


def test_discs_are_written_anew_by_a_day() -> None:
    """S81."""
    discs = listed(with_drive(medium="optical", refresh_by="2031-01-01"))["drive:shuttle-1", "refresh"]
    assert [discs.state(at(text)) for text in ("2026-11-26", "2030-12-15", "2031-01-02")] == [LATER, SOON, OVERDUE]


def test_a_copy_that_was_never_restored_from_is_due() -> None:
    """S20: a policy that asks for drills makes each copy due; a drill of another copy proves nothing of it."""
    key = ("copy:ws/sessions/on-nas", "drill")
    assert key not in listed(PLAIN)
    never = listed(PLAIN, "archive")[key]
    assert (never.state(NOW), never.fix) == (
        UNKNOWN, "studio-backup restore ws/sessions --from on-nas --to MACHINE:DIR",
    )  # fmt: skip
    drill = Drill("ws/sessions", "on-nas", "p", 1, 1, 1.0)
    assert listed(PLAIN, "archive", drills=[(NOW, drill)])[key].when == NOW + 365 * DAY
    other = dataclasses.replace(drill, copy="off-site")
    assert listed(PLAIN, "archive", drills=[(NOW, other)])[key].when is None
    said = Fact(subject=key[0], what="restored", sort=ATTESTED, at=NOW - 5, by="Mara")
    assert listed(PLAIN, "archive", facts=[said])[key].when == NOW - 5 + 365 * DAY


def test_a_clone_that_is_to_boot_is_tried_again_once_the_word_runs_out() -> None:
    made = dataclasses.replace(copy("standby", "nas:tank"), mode="clone")
    of = studio([WORKSTATION, NAS], [made])
    (dataset,) = of.datasets.values()
    key = (f"copy:{made.full_name}", "boots")
    assert key not in listed(of), "sessions start no machine"
    of = dataclasses.replace(of, datasets={dataset.full_name: dataclasses.replace(dataset, role="system")})
    never = listed(of)[key]
    assert (never.state(NOW), never.fix) == (UNKNOWN, f"studio-backup attest {key[0]} --what boots --by NAME")
    word = Fact(subject=key[0], what="boots", sort=ATTESTED, at=NOW, by="Ada", expires=NOW + DAY)
    assert [one.when for one in listed(of, facts=[word]).values() if one.what == "boots"] == [NOW + DAY]
    assert key not in listed(of, facts=[dataclasses.replace(word, expires=None)])


def test_accounts_words_and_shelves_run_out() -> None:
    """S25, S33, S35: what somebody said has an end, and so have shoots."""
    account = Account(name="b2", provider="backblaze-b2", place=HERE)
    key = ("account:b2", "mfa")
    assert listed(dataclasses.replace(PLAIN, accounts={"b2": account}))[key].when is None
    seen = dataclasses.replace(account, mfa=Attestation(by="Mara", on="2026-06-01", until="2027-06-01"))
    of = dataclasses.replace(PLAIN, accounts={"b2": seen})
    assert listed(of)[key].when == at("2027-06-02")
    word = Fact(subject="account:b2", what="mfa", sort=ATTESTED, at=NOW, by="Ada", expires=NOW + DAY)
    both = listed(of, facts=[word])[key]  # each is believed until its own end: asked again after the later one
    assert (both.when, both.note) == (at("2027-06-02"), "is a second factor asked?")
    alone = listed(dataclasses.replace(PLAIN, accounts={"b2": account}), facts=[word])[key]
    assert (alone.when, alone.note) == (NOW + DAY, "Ada's word runs out")
    longer = dataclasses.replace(word, expires=NOW + 400 * DAY)
    assert listed(of, facts=[longer, word])[key].when == NOW + 400 * DAY
    assert key not in listed(of, facts=[dataclasses.replace(word, expires=None)])


def test_the_list_fits_however_long_names_are() -> None:
    long = "x" * 39
    subjects = ["drive:a", f"copy:{long}1/{long}2/{long}3"]
    found = [Due(subject=one, what="made", when=NOW, note="make it, and say so", fix="say so") for one in subjects]
    lines = screen(found, NOW, Paint(False))
    assert max(map(len, lines)) <= 80
    assert f"{long}1/" in "".join(lines)
    assert f"{long}3" in "".join(lines)
    assert sum("make it, and say so" in line for line in lines) == 2


def test_shelves_and_shoots_have_an_end() -> None:
    """S25, S35."""
    shelf = listed(PLAIN, custody={"shuttle-1": moved("client:x", expires=NOW + 3)})["drive:shuttle-1", "custody"]
    assert (shelf.when, shelf.note) == (NOW + 3, "client:x: is it still there?")
    shoot = Site(name="tour", rooms={}, kind="location", since="2026-11-01", until="2026-11-20")
    ended = listed(dataclasses.replace(PLAIN, sites={"tour": shoot}))["site:tour", "end"]
    assert ended.state(NOW) == OVERDUE


def test_what_is_as_good_as_never_stops_no_command(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The last day of the calendar, and spans beyond it: what was noted once would stop `due` for ever."""
    far = SPEC.replace("in_service: 2022-03-01", "in_service: 9999-12-31, warranty_until: 9999-12-31")
    (spec / "inventory/drives.yml").write_text(far.replace("90 days", "9999 years, mfa: {by: Mara, on: 9999-12-31}"))
    said(capsys, 0, "move", "shuttle-1", "--to", "bag:red", "--by", "Mara", "--expires", "9999-12-31", "--receipt")
    said(capsys, 0, "attest", "drive:shuttle-1", "--by", "Mara", "--what", "readable", "--expires", "999999 years")
    assert re.search(r"^9999-12-\d\d +later +custody +drive:shuttle-1", said(capsys, 3, "due"), re.MULTILINE)
    playbook = "- name: x\n  hosts: ws-a\n  datasets:\n    more:\n      source: {volume: sessions, path: more}\n"
    playbook += "      external: {cloud: {tool: rclone, to: 'account:b2'}}\n"
    (spec / "playbooks/more.yml").write_text(playbook)
    said(capsys, 0, "simulate", "--days", "2", "--only", "dataset:ws-a/more")


def test_what_left_the_spec_is_not_due_any_more() -> None:
    """Nothing could be typed to be rid of it: `move` and `attest` know only what the spec has."""
    word = Fact(subject="drive:shuttle-1", what="readable", sort=ATTESTED, at=NOW, by="Ada", expires=NOW + DAY)
    there: dict[str, Any] = {
        "facts": [word, dataclasses.replace(word, subject="account:sold", what="mfa")],
        "custody": {"shuttle-1": moved("bag:red", expires=NOW), "sold": moved("bag:red", drive="sold", expires=NOW)},
    }
    found = {key for key in listed(PLAIN, **there) if key[1] in ("readable", "mfa", "custody")}
    assert found == {("drive:shuttle-1", "readable"), ("drive:shuttle-1", "custody")}


@pytest.mark.usefixtures("spec")
def test_the_list_is_one_table_with_an_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, 2, "due")
    assert re.search(r"^now +unknown +mfa +account:b2 +is a second factor asked\?$", out, re.MULTILINE)
    assert re.search(r"^2022-08-27 +overdue +spin-up +drive:shuttle-1 +plug it in, read a file$", out, re.MULTILINE)
    assert "\nNext: studio-backup attest account:b2 --by NAME\n" in out
    for subject in ("account:b2", "drive:shuttle-1", "drive:shuttle-2"):
        said(capsys, 0, "attest", subject, "--by", "Mara")
    document = asked(capsys, 0, "due")
    states = {(one["subject"], one["what"]): one["state"] for one in document["due"]}
    assert states["account:b2", "mfa"] == states["drive:shuttle-1", "spin-up"] == "later"
    assert states["drive:shuttle-1", "age"] == "soon"
    assert asked(capsys, 0, "due", "--within", "1 day")["due"] == []
    assert "Nothing falls due." in said(capsys, 0, "due", "--within", "1 day")
    assert "is not a span of time" in said(capsys, 1, "due", "--within", "soon")


@pytest.mark.usefixtures("spec")
def test_what_was_never_noted_alone_is_three(capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, 0, "attest", "drive:shuttle-1", "--by", "Mara")
    assert "2 unknown" in said(capsys, 3, "due")


def test_long_names_stand_above_what_is_to_do() -> None:
    one = Due(subject=f"copy:{'w' * 50}", what="drill", when=None, note="restore, to prove it", fix="x")
    screen = report.screen([one], NOW, Paint(False))
    assert max(map(len, screen)) <= 80
    assert screen[2] == "            restore, to prove it"


def test_less_that_is_known_never_makes_less_due() -> None:
    """Without any of its facts, a thing is due at least as early."""
    facts = [Fact(subject="drive:shuttle-1", what="spun-up", sort=ATTESTED, at=NOW, by="Mara")]
    drills = [(NOW, Drill("ws/sessions", "on-nas", "p", 1, 1, 1.0))]
    of = with_drive(spin_up_every=DAY, in_service="2026-01-01")
    full = listed(of, "archive", facts=facts, drills=drills)
    for less in (listed(of, "archive", drills=drills), listed(of, "archive", facts=facts), listed(of, "archive")):
        assert less.keys() == full.keys()
        assert all((less[key].when or 0) <= (one.when or 0) for key, one in full.items())
