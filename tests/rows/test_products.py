"""S95 … S110: clouds, and copies that other products make."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from studio_backup.policy.due import Known
from studio_backup.spec.model import Managed, Studio
from studio_backup.spec.tools import TOOLS
from tests.rows import Rows
from tests.rows.judging import DAY, FRESH, MFA, codes, judged, left, live, made, said, shown, why
from tests.studios import HERE, NAS, account, drive, external, machine

ROWS = Rows()
row = ROWS.row


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


def test_time_machine_leaves_out_drives_that_travel() -> None:
    """Unless the spec says that somebody took them in."""
    travels = drive("travel", "studio", medium="ssd")
    desk = drive("desk", plugged_into="ws")

    def seen(**more: Any) -> dict[str, str]:
        tm = external("tm", "time-machine", "drive:desk", **more)
        return why(judged(made(tm, volume="travel", drives=[travels, desk])))

    assert seen() == {"tm": "Time Machine leaves out drives that travel, unless sees: names travel"}
    assert seen(sees=("travel",)) == {}


def test_time_machine_does_not_hold_what_a_play_tells_it_to_leave_out() -> None:
    tm = external("tm", "time-machine", "drive:desk")
    of = made(tm, drives=[drive("desk", plugged_into="ws")])
    assert why(judged(of)) == {}
    play = Managed(machine="ws", kind="time-machine", name="macos", options={"exclude-volumes": ("work",)}, place=HERE)
    told = dataclasses.replace(of, managed=(play,))
    assert why(judged(told)) == {"tm": "Time Machine is told to leave out the volume work"}
    ((name, root),) = of.machines["ws"].volumes["work"].paths.items()
    play = dataclasses.replace(play, name=name)
    for options in ({"exclude": (f"{root}/Other", root)}, {"exclude": root}, {"exclude-volumes": "work"}):
        told = dataclasses.replace(of, managed=(dataclasses.replace(play, options=options),))
        left = "the volume work" if "exclude-volumes" in options else root
        assert why(judged(told)) == {"tm": f"Time Machine is told to leave out {left}"}
    for options in ({"exclude": (f"{root}/Other", f"{root}2")}, {"exclude-volumes": "workshop"}):
        told = dataclasses.replace(of, managed=(dataclasses.replace(play, options=options),))
        assert why(judged(told)) == {}
    told = dataclasses.replace(of, managed=(play,))
    assert "SB518" not in codes(told)  # on-nas covers it
    alone = dataclasses.replace(made(tm, copies=[], drives=[drive("desk", plugged_into="ws")]), managed=(play,))
    assert "SB518" in codes(alone)


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


@pytest.mark.parametrize("name", ROWS.tests)
def test_row(name: str) -> None:
    ROWS.tests[name]()
