"""What a report on a studio is made of and comes to: waivers, systems, exit codes, the file it is written to."""

from __future__ import annotations

import json
import os
import re
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from studio_backup.cli import main
from studio_backup.cli.whole import write_whole
from studio_backup.evidence import Evidence
from studio_backup.report.compliance_json import document
from studio_backup.report.drift import screen, summary
from studio_backup.report.text import WIDTH, Paint
from studio_backup.report.waived import covers, differences_of, expired, fits, waived_of
from tests.reports import DAY, HOSTILE, NOW, a_report, changes, waiver
from tests.test_schemas_documents import complaints

ROOT = Path(__file__).parents[1]
FORMATS = ("table", "html", "json", "junit", "prometheus")
ADDRESS = "nas/linux/volume//srv/tank"


@pytest.mark.parametrize(
    ("pattern", "address", "does"),
    [
        (ADDRESS, ADDRESS, True),
        ("nas/*", ADDRESS, True),
        ("nas/linux/*/*tank", ADDRESS, True),
        ("nas/linux/volume//srv/tan?", ADDRESS, True),
        ("nas/linux/volume", ADDRESS, False),
        ("vault/*", ADDRESS, False),
        ("a/b/file//x[1]", "a/b/file//x[1]", True),
        ("a/b/file//x[1]*", "a/b/file//x[1]2", True),
        ("a/b/file//[a-z]", "a/b/file//q", False),
    ],
)
def test_what_a_waiver_names(pattern: str, address: str, does: bool) -> None:
    assert fits(pattern, address) is does
    assert covers(waiver("one", "x/y/z/none", pattern), address) is does


def test_a_waiver_holds_to_the_end_of_its_day() -> None:
    today = waiver("one", "nas/*", expires="2026-11-22")
    midnight = NOW - NOW % DAY + DAY
    assert [expired(today, now) for now in (NOW, midnight - 1, midnight)] == [False, False, True]


def test_what_is_waived_is_shown_and_does_not_count() -> None:
    report = a_report()
    hidden = {one.change.address for one in report.differences if one.waiver}
    assert hidden == {ADDRESS}
    assert ADDRESS not in {change.address for change in report.counting.changes}
    assert report.counting.summary()["watch"] == 0
    assert report.plan.summary()["watch"] == 1
    assert report.counts()["waived"] == 1
    shown = "\n".join(screen(report, Paint(False)))
    assert "waived: old-disk, 1 difference, Ada: the new disk is ordered" in shown
    assert "posture  nas/linux volume /srv/tank" in shown


def test_an_expired_waiver_covers_nothing_and_is_a_finding() -> None:
    old = waiver("old", "nas/*", expires="2026-11-21")
    found = differences_of(a_report().plan, [old], NOW)
    assert {one.waiver for one in found} == {None}
    (state,) = waived_of([old], found, [ADDRESS], NOW, True)
    assert (state.state, state.is_finding, state.differences) == ("expired", True, 5)


def test_a_waiver_that_names_nothing_is_a_finding_with_what_is_near() -> None:
    typo = waiver("typo", ADDRESS, "nas/linx/volume//srv/tank")
    (state,) = waived_of([typo], (), [ADDRESS], NOW, True)
    assert (state.state, state.is_finding) == ("names-nothing", True)
    assert state.fix == f"nas/linx/volume//srv/tank: did you mean '{ADDRESS}'?"
    # Of a part of the studio nobody can say so.
    (part,) = waived_of([typo], (), [ADDRESS], NOW, False)
    assert (part.state, part.is_finding) == ("idle", False)


def test_a_waiver_where_nothing_differs_waits() -> None:
    (state,) = waived_of([waiver("one", "nas/*")], (), [ADDRESS], NOW, True)
    assert (state.state, state.is_finding, state.differences) == ("idle", False, 0)


def test_every_declared_system_is_told_in_a_part_too() -> None:
    states = {one["system"]: (one["state"], one["seen"]) for one in told(a_report())["systems"]}
    assert states == {
        "ws/linux": ("seen", NOW),
        "ws/edit-os": ("asleep", NOW - DAY),
        "nas/linux": ("seen", NOW),
        "vault/linux": ("seen", NOW),
        "mac-b/linux": ("unread", None),
    }


def told(report: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(document(report)))
    return found


def test_a_history_of_another_version_is_still_a_document() -> None:
    import dataclasses

    odd = dataclasses.replace(a_report(), history=((5, {"ok": 1, "new-word": 3, "FAIL": -1}),))
    assert told(odd)["history"] == [{"at": 5, "counts": {"ok": 1}}]
    assert complaints(document(odd), "report", "drift") == []


@pytest.mark.parametrize("said", ["", HOSTILE])
def test_the_screen_fits_and_obeys_no_machine(said: str) -> None:
    report = a_report(said, covers=f"--only {said}" if said else "")
    lines = [*screen(report, Paint(False)), *summary(report).split("\n")]
    for line in lines:
        assert line.isprintable(), line
        assert len(line) <= WIDTH or " " not in line.strip() or said, line
    assert ("Only a part of the studio" in lines[-3]) is False or said
    assert any(line.startswith("mac-b/linux  unread") for line in lines)


# The command itself, on a studio none of whose machines can be there.


@pytest.fixture
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example's machines at a port of this machine that nothing listens at."""
    (tmp_path / "inventory").mkdir()
    for file in (ROOT / "inventory").glob("*.yml"):
        text = file.read_text(encoding="utf-8")
        for place, number in (("198.18.77.11", 9), ("198.18.77.12", 10), ("198.18.77.20", 11), ("198.18.77.30", 12)):
            text = text.replace(f"address: {place}", f"address: 127.0.0.{number}\n        port: 9")
        text = text.replace("    identity: ~/.cache/studio-backup/lab/key", "")
        (tmp_path / "inventory" / file.name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def drift(*arguments: str) -> int:
    with pytest.raises(SystemExit) as caught:
        main(["-p", str(ROOT / "playbooks"), "drift", *arguments])
    assert isinstance(caught.value.code, int)
    return caught.value.code


@pytest.mark.parametrize("form", FORMATS)
def test_a_studio_that_nobody_sees_is_3_in_every_format(
    nobody: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    assert drift("--format", form, "--output", "report") == 3
    assert capsys.readouterr().out == ""
    text = (nobody / "report").read_text(encoding="utf-8")
    for system in ("ws-a/studio-os", "ws-a/edit-os", "ws-b/linux", "nas/linux", "vault/linux"):
        assert system in text
    assert "UNKNOWN" in text
    assert list(nobody.glob(".report*")) == []


def test_a_waived_machine_is_0_and_an_expired_waiver_2(nobody: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = nobody / "inventory" / "waivers.yml"
    whole = 'waivers: {away: {addresses: ["*/*"], owner: Ada, reason: we are moving, expires: %s}}\n'
    file.write_text(whole % "2999-12-31")
    assert drift("--format", "json") == 3  # a pattern for all of it speaks of no machine that nobody could read
    capsys.readouterr()
    named = ", ".join(f'"{name}/*"' for name in ("ws-a", "ws-b", "nas", "vault"))
    line = whole.replace('"*/*"', named)
    file.write_text(line % "2999-12-31")
    assert drift("--format", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert {change["waiver"] for change in found["changes"]} == {"away"}
    assert {change["class"] for change in found["changes"]} == {"unread"}
    file.write_text(line % "2020-01-01")
    assert drift() == 2
    assert "expired: away" in capsys.readouterr().out


def test_a_machine_that_the_spec_wants_nothing_of_is_3_when_nobody_sees_it(
    nobody: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No resource of it is unread, since it has none: what is left on it of an older spec is not seen all the same."""
    key = re.findall(r'host_key: (".*")', (nobody / "inventory" / "offsite.yml").read_text(encoding="utf-8"))[0]
    (nobody / "inventory" / "spare.yml").write_text(
        "machines: {spare: {role: nas, room: machine-room, systems: {linux: {address: 127.0.0.14, port: 9, user: root,"
        f' host_key: {key[:-3]}AA"}}}}}}}}\n'
        "waivers: {away: {addresses: [ws-a/*, ws-b/*, nas/*, vault/*], owner: Ada, reason: why, expires: 2999-12-31}}\n"
    )
    assert drift() == 3
    assert " 1 system not seen" in " ".join(capsys.readouterr().out.split())
    (nobody / "inventory" / "spare.yml").write_text(
        "waivers: {away: {addresses: [ws-a/*, ws-b/*, nas/*, vault/*], owner: Ada, reason: why, expires: 2999-12-31}}\n"
    )
    assert drift() == 0


def test_a_waiver_that_names_nothing_is_2_and_names_the_near_one(
    nobody: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (nobody / "playbooks").symlink_to(ROOT / "playbooks")
    (nobody / "inventory" / "waivers.yml").write_text(
        'waivers: {typo: {addresses: ["nas/linux/volume//srv/tonk"], owner: Ada, reason: why, expires: 2999-12-31}}\n'
    )
    with pytest.raises(SystemExit) as caught:
        main(["drift"])
    assert caught.value.code == 2
    assert "did you mean 'nas/linux/volume//srv/tank'" in " ".join(capsys.readouterr().out.split())


def test_a_waiver_of_what_left_the_spec_names_something_while_its_machine_is_not_seen(nobody: Path) -> None:
    (nobody / "playbooks").symlink_to(ROOT / "playbooks")
    address = "nas/linux/file//etc/studio-backup/northlight/old"
    line = f"waivers: {{old: {{addresses: [{address}], owner: Ada, reason: why, expires: 2999-12-31}}}}\n"
    (nobody / "inventory" / "waivers.yml").write_text(line)

    def code() -> object:
        with pytest.raises(SystemExit) as caught:
            main(["drift"])
        return caught.value.code

    assert code() == 2
    with closing(Evidence(nobody / "state/studio-backup/northlight/evidence.sqlite")) as evidence:
        evidence.record_findings(NOW, (), {address: "orphan"})
    assert code() == 3


def test_reports_make_a_history_and_no_record_makes_none(nobody: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (nobody / "playbooks").symlink_to(ROOT / "playbooks")

    def history(*arguments: str) -> int:
        with pytest.raises(SystemExit):
            main(["drift", "--format", "json", *arguments])
        return len(json.loads(capsys.readouterr().out)["history"])

    assert history("--no-record") == 1
    assert history() == 1
    path = nobody / "state" / "studio-backup" / "northlight" / "evidence.sqlite"
    import sqlite3

    with sqlite3.connect(path) as database:
        database.execute("UPDATE reports SET at = at - 86400")
    assert history() == 2
    # Of a part it is told what came before, and it is no part of it.
    assert history("--only", "machine:nas") == 2


@pytest.mark.parametrize("spoil", ["damaged", "damaged inside", "newer", "read-only"])
def test_a_record_that_cannot_be_used_spoils_no_report(
    nobody: Path, capsys: pytest.CaptureFixture[str], spoil: str
) -> None:
    folder = nobody / "state" / "studio-backup" / "northlight"
    folder.mkdir(parents=True)
    path = folder / "evidence.sqlite"
    if spoil == "damaged":
        path.write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
    elif spoil == "damaged inside":
        with closing(Evidence(path)):
            whole = path.read_bytes()
        # Its first page names the tables: it can be opened, and nothing in it can be read.
        path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    elif spoil == "newer":
        import sqlite3

        with sqlite3.connect(path) as database:
            database.execute("PRAGMA user_version = 999")
    else:
        folder.rmdir()
        folder.write_text("a file where the folder should be")  # root may write into any folder
    assert drift("--format", "html", "--output", "report.html") == 3
    said = capsys.readouterr().err
    assert "warning: the record" in said
    assert "UNKNOWN" in (nobody / "report.html").read_text(encoding="utf-8")


# The file of --output.


def test_a_file_is_replaced_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    write_whole(file, "", "one\n")
    file.chmod(0o640)
    reader = file.open(encoding="utf-8")
    write_whole(file, "", "two\n")
    assert (reader.read(), file.read_text()) == ("one\n", "two\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]
    reader.close()


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write_whole(tmp_path / "link", "", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_a_device_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_whole(pipe, "before\n", "text\n")
    assert os.read(reader, 100) == b"text\n"
    os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_what_cannot_be_written_leaves_the_old_file(nobody: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert drift("--format", "html", "--output", "nowhere/report.html") == 1
    assert "nowhere/report.html cannot be written" in capsys.readouterr().err
    assert not (nobody / "nowhere").exists()


def test_every_class_is_in_the_made_up_report() -> None:
    assert {one.word for one in differences_of(a_report().plan, (), NOW)} >= {
        "conflict", "drifted", "pending", "orphan", "posture", "unread", "asleep",
    }  # fmt: skip
    assert len(changes()) == 10
