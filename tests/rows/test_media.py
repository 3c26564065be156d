"""S70 … S91: disks, RAID, boxes, cards, discs and tapes."""

from __future__ import annotations

from typing import Any

import pytest

from studio_backup.policy import Sight
from studio_backup.policy.advice import advice
from studio_backup.policy.due import Known
from studio_backup.spec.media import OBSOLETE, USABLE
from studio_backup.spec.model import Studio
from tests.rows import Rows
from tests.rows.judging import AWAY, DAY, FRESH, NIGHTLY, WORKSTATION, codes, judged, left, live, made, said, shown, why
from tests.studios import NAS, VAULT, copy, drive, external, machine, studio

ROWS = Rows()
row = ROWS.row


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
    # What is late is readable for nobody: the box is alone again.
    late = live(both, Known(), archive=FRESH, off=Sight(False, "late"))
    assert why(late) == {**why(judged(of)), "off": "late"}


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


@pytest.mark.parametrize("name", ROWS.tests)
def test_row(name: str) -> None:
    ROWS.tests[name]()
