"""Screens: what is folded and what never is, lines that fit, names as they are, places of values."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_backup.diff import Absent, Asleep, Change, Unread, compare
from studio_backup.plan import Plan
from studio_backup.report import drift
from studio_backup.report import plan as report
from studio_backup.report.compliance import Report
from studio_backup.report.explain import lines as explain_lines
from studio_backup.report.folding import ENOUGH, folded
from studio_backup.report.run import unescaped
from studio_backup.report.text import WIDTH, Paint, age, brief, spaced, wrapped
from studio_backup.report.waived import differences_of
from studio_backup.resources.directory import Directory
from studio_backup.resources.file import File
from studio_backup.resources.windows_file import WindowsFile
from studio_backup.resources.windows_sentinel import WindowsSentinel
from studio_backup.source import Place
from tests.reports import a_report

PLACE = Place("playbooks/three-two-one.yml", 14, 9)
OURS = "/etc/studio-backup/northlight"
PLAIN = Paint(False)


def files(*names: str) -> list[Change]:
    made = [File(system="nas/linux", name=name, place=PLACE, text="x\n") for name in names]
    return [compare(one, Absent(), None, "", {}) for one in made]


def plan_of(changes: Iterable[Change]) -> Plan:
    found = tuple(changes)
    return Plan("northlight", found, {change.address: 1 for change in found})


def report_of(plan: Plan) -> Report:
    """A report on nothing but these changes."""
    empty = dataclasses.replace(
        a_report(), systems=(), waived=(), verdicts=(), copies=(), matrices=(), due=(), history=()
    )
    return dataclasses.replace(empty, plan=plan, differences=differences_of(plan, (), 0))


def test_many_files_of_ours_are_one_line_and_verbose_shows_each() -> None:
    plan = plan_of(files(*(f"{OURS}/part-{number}" for number in range(ENOUGH))))
    assert report.screen(plan, PLAIN, 0, {})[1:] == [f"  + file          {ENOUGH} in {OURS}  (-v shows each)"]
    verbose = report.screen(plan, PLAIN, 0, {}, verbose=True)[1:]
    assert verbose == [f"  + file          {OURS}/part-{number}" for number in range(ENOUGH)]


def test_what_windows_has_is_folded_by_its_own_folders_in_a_column_as_wide_as_its_kinds() -> None:
    top = r"C:\ProgramData\studio-backup\configuration\northlight"
    made = [
        WindowsFile(system="ws-a/windows", name=rf"{top}\part-{n}.ps1", place=PLACE, text="x") for n in range(ENOUGH)
    ]
    sentinel = WindowsSentinel(system="ws-a/windows", name="S:\\", place=PLACE, text="x", id="1C2D3E4F")
    plan = plan_of(compare(one, Absent(), None, "", {}) for one in (*made, sentinel))
    assert report.screen(plan, PLAIN, 0, {})[1:] == [
        f"  + windows-file     {ENOUGH} in {top}",
        "      (-v shows each)",
        "  + windows-sentinel S:\\",
    ]


def test_few_are_shown_one_by_one() -> None:
    plan = plan_of(files(*(f"{OURS}/part-{number}" for number in range(ENOUGH - 1))))
    assert len(report.screen(plan, PLAIN, 0, {})) == 1 + ENOUGH - 1


def test_what_stands_elsewhere_or_has_a_word_of_its_own_is_never_folded() -> None:
    folders = [Directory(system="nas/linux", name=f"/srv/tank/{n}", place=PLACE, mode="0755") for n in range(9)]
    elsewhere = [compare(one, Absent(), None, "", {}) for one in folders]
    assert [len(block) for block in folded(elsewhere, {}, ())] == [1] * 9
    ours = files(*(f"{OURS}/part-{number}" for number in range(9)))
    assert [len(block) for block in folded(ours, {}, ())] == [9]
    assert [len(block) for block in folded([one.because("why") for one in ours], {}, ())] == [1] * 9
    assert [len(block) for block in folded(ours, {one.address: 2 for one in ours}, ())] == [1] * 9
    assert [len(block) for block in folded(ours, {}, {one.address for one in ours})] == [1] * 9
    sleeping = [compare(one.resource, Asleep(None), None, "", {}) for one in ours]
    assert [len(block) for block in folded(sleeping, {}, ())] == [1] * 9


@given(st.lists(st.sampled_from([f"{OURS}/{n}" for n in range(30)] + ["/srv/a", "/srv/b"]), unique=True))
def test_folding_loses_nothing(names: list[str]) -> None:
    changes = files(*names)
    assert sorted(one.address for block in folded(changes, {}, ()) for one in block) == sorted(
        one.address for one in changes
    )


def test_a_machine_that_could_not_be_read_is_one_finding() -> None:
    wanted = [change.resource for change in files(*(f"{OURS}/part-{number}" for number in range(9)))]
    silent = plan_of(compare(one, Unread("no answer in 30 s"), None, "", {}) for one in wanted)
    found = report_of(silent)
    assert drift.screen(found, PLAIN)[1:] == ["  ? nas/linux, 9 resources", "      why    no answer in 30 s"]
    assert drift.summary(found) == "9 unread; 0 resources as the spec wants them."


def test_only_asleep_is_nothing_to_do_and_no_drift() -> None:
    plan = plan_of([compare(files(f"{OURS}/job")[0].resource, Asleep(None), None, "", {})])
    assert report.summary(plan, PLAIN).startswith("Nothing to do: ")
    assert drift.summary(report_of(plan)).startswith("No drift: ")


def test_colours_change_no_word() -> None:
    plan = plan_of(files(*(f"{OURS}/part-{number}" for number in range(9)), "/srv/x"))
    painted = "\n".join(report.screen(plan, Paint(True), 0, {}))
    for code in ("\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[32m"):
        painted = painted.replace(code, "")
    assert painted == "\n".join(report.screen(plan, PLAIN, 0, {}))


@given(st.lists(st.text("abc/-", min_size=1, max_size=60), min_size=1), st.integers(0, 8))
def test_wrapped_text_fits_and_cuts_no_word(words: list[str], indent: int) -> None:
    text = " ".join(words)
    lines = wrapped(text, indent)
    assert " ".join(line.strip() for line in lines) == text
    assert all(len(line) <= WIDTH for line in lines)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("needs ws-a/studio-os/volume//srv/sessions: gone", "needs ws-a/studio-os volume /srv/sessions: gone"),
        ("known after nas/linux/ssh-key//var/lib/x/key", "known after nas/linux ssh-key /var/lib/x/key"),
        ("nas/linux/receiver/sb-ws-a", "nas/linux/receiver/sb-ws-a"),
        ("/srv/tank//twice", "/srv/tank//twice"),
    ],
)
def test_addresses_of_paths_are_spaced(text: str, shown: str) -> None:
    assert spaced(text) == shown


@pytest.mark.parametrize(
    ("seconds", "long", "short"),
    [
        (3, "3 s", "3 s"),
        (3600, "60 min", "60 min"),
        (10800, "3 h", "3 h"),
        (12000, "3 h 20 min", "3 h"),
        (194400, "2 d 6 h", "2 d"),
        (172800, "2 d", "2 d"),
    ],
)
def test_ages(seconds: int, long: str, short: str) -> None:
    assert (age(seconds), brief(seconds)) == (long, short)


def test_names_of_a_preview_are_as_they_are() -> None:
    assert unescaped(r"Lied f\#303\#274r J\#303\#266rg.wav") == "Lied für Jörg.wav"
    assert unescaped(r"a\#134b") == "a\\b"
    assert unescaped(r"\#377") == "\udcff"
    assert unescaped("no #12 escape\\") == "no #12 escape\\"


def test_explained_values_share_a_heading_and_fit() -> None:
    rows = [
        ("datasets.sessions.copies.on-nas.every", "hour", "playbooks/three-two-one.yml:16:18"),
        ("datasets.sessions.copies.on-nas.keep.last", "8", "by default"),
        ("datasets.sessions.copies.on-nas.to", "nas:" + "x" * 50, "playbooks/three-two-one.yml:15:15"),
    ]
    assert explain_lines("ws-a/sessions/on-nas", rows) == [
        "ws-a/sessions/on-nas",
        "  every      hour  playbooks/three-two-one.yml:16:18",
        "  keep.last  8     by default",
        "  to         nas:" + "x" * 50,
        "             playbooks/three-two-one.yml:15:15",
    ]
    assert explain_lines("nas/tank", [("role", "nas", "a.yml:1:1")]) == ["nas/tank", "  role  nas  a.yml:1:1"]
