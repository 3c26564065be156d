"""The local record: what was seen and since when; one that cannot be used says so and how to go on."""

from __future__ import annotations

import dataclasses
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from studio_backup.errors import EvidenceError
from studio_backup.evidence import VERSION, Drill, Evidence, Pending
from studio_backup.facts import ATTESTED, Custody, Fact, Observation, latest


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "northlight" / "evidence.sqlite"


@pytest.fixture
def evidence(path: Path) -> Evidence:
    return Evidence(path)


def test_it_is_made_with_its_folders_and_closed_to_others(path: Path) -> None:
    Evidence(path).close()
    assert path.exists()
    assert path.parent.stat().st_mode & 0o077 == 0


def test_what_was_noted_is_there_next_time(path: Path, evidence: Evidence) -> None:
    evidence.record_systems(100, ["nas/linux"], ["ws-a/edit-os"])
    evidence.close()
    again = Evidence(path)
    assert again.systems() == {"nas/linux": (100, True), "ws-a/edit-os": (100, False)}


def test_a_sleeping_system_keeps_the_time_it_was_seen(evidence: Evidence) -> None:
    evidence.record_systems(100, ["ws-a/edit-os"], [])
    evidence.record_systems(200, [], ["ws-a/edit-os"])
    assert evidence.systems() == {"ws-a/edit-os": (100, True)}
    evidence.record_systems(300, ["ws-a/edit-os"], [])
    assert evidence.systems() == {"ws-a/edit-os": (300, True)}


def test_a_system_that_never_answered_keeps_the_time_it_was_noticed(evidence: Evidence) -> None:
    for now in (100, 200):
        evidence.record_systems(now, [], ["ws-a/edit-os"])
    assert evidence.systems() == {"ws-a/edit-os": (100, False)}


def test_a_finding_keeps_its_date_while_its_class_stays(evidence: Evidence) -> None:
    evidence.record_findings(100, ["a", "b"], {"a": "drifted", "b": "pending"})
    evidence.record_findings(200, ["a", "b"], {"a": "drifted", "b": "drifted"})
    assert evidence.since() == {"a": 100, "b": 200}


def test_what_was_looked_at_and_is_fine_is_forgotten(evidence: Evidence) -> None:
    evidence.record_findings(100, ["a", "b"], {"a": "drifted", "b": "drifted"})
    evidence.record_findings(200, ["a"], {})
    assert evidence.since() == {"b": 100}


def test_what_could_not_be_looked_at_keeps_its_finding(evidence: Evidence) -> None:
    evidence.record_findings(100, ["a"], {"a": "drifted"})
    evidence.record_findings(200, [], {})
    assert evidence.since() == {"a": 100}


def test_the_last_digest_that_was_seen_right_counts(evidence: Evidence) -> None:
    evidence.record_applied(100, {"a": "one", "b": "one"})
    evidence.record_applied(200, {"a": "two"})
    assert evidence.applied() == {"a": "two", "b": "one"}


def test_a_saved_plan_is_used_once(path: Path, evidence: Evidence) -> None:
    assert evidence.use_plan(100, "plan.json 0f")
    assert not evidence.use_plan(200, "plan.json 0f")
    assert not Evidence(path).use_plan(200, "plan.json 0f")
    assert evidence.use_plan(200, "other.json 0f")


def test_drills_are_kept_in_order(evidence: Evidence) -> None:
    late, early = (Drill("ws-a/sessions", "on-nas", name, 3, 2**40, 1.5) for name in ("b", "a"))
    evidence.record_drill(200, late)
    evidence.record_drill(100, early)
    assert evidence.drills() == [(100, early), (200, late)]


def test_a_newer_program_s_record_is_left_alone(path: Path, evidence: Evidence) -> None:
    evidence.close()
    with sqlite3.connect(path) as database:
        database.execute(f"PRAGMA user_version = {VERSION + 1}")
    before = path.read_bytes()
    with pytest.raises(EvidenceError, match="newer") as caught:
        Evidence(path)
    assert "update" in caught.value.fix
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "content", [b"not a database, and long enough to be one" * 50, b"SQLite format 3\0" + b"\xff" * 4096]
)
def test_a_damaged_record_says_so(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(EvidenceError) as caught:
        Evidence(path)
    assert str(path) in caught.value.message
    assert caught.value.fix


def test_a_record_damaged_while_it_is_read_says_so(path: Path, evidence: Evidence) -> None:
    evidence.record_systems(100, ["nas/linux"], [])
    with sqlite3.connect(path) as database:
        database.execute("DROP TABLE systems")
        database.execute("DROP TABLE plans")
    with pytest.raises(EvidenceError, match="cannot be read"):
        evidence.systems()
    with pytest.raises(EvidenceError, match="cannot be written"):
        evidence.use_plan(100, "x")


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "evidence.sqlite", Path("/proc/northlight/evidence.sqlite"), tmp_path):
        with pytest.raises(EvidenceError) as caught:
            Evidence(path)
        assert caught.value.exit_code == 1


def test_two_programs_may_start_it_at_once(path: Path) -> None:
    first, second = Evidence(path), Evidence(path)
    first.record_applied(100, {"a": "one"})
    second.record_applied(200, {"b": "two"})
    assert first.applied() == second.applied() == {"a": "one", "b": "two"}


def test_without_a_file_it_lives_as_long_as_the_program() -> None:
    passing = Evidence(Path(":memory:"))
    passing.record_systems(100, ["nas/linux"], [])
    assert passing.systems() == {"nas/linux": (100, True)}
    assert not Path(":memory:").exists()


def test_what_is_noted_at_once_is_kept_together_or_not_at_all(path: Path, evidence: Evidence) -> None:
    def note() -> None:
        with evidence.at_once():
            evidence.record_systems(100, ["nas/linux"], [])
            evidence.record_findings(100, ["a"], {"a": "drifted"})
            raise KeyError("broken off")

    with pytest.raises(KeyError):
        note()
    assert (Evidence(path).systems(), Evidence(path).since()) == ({}, {})
    with evidence.at_once():
        evidence.record_systems(200, ["nas/linux"], [])
        evidence.record_applied(200, {"a": "1"})
    assert Evidence(path).systems() == {"nas/linux": (200, True)}
    evidence.record_applied(300, {"b": "2"})  # on its own again
    assert Evidence(path).applied() == {"a": "1", "b": "2"}


def test_reports_on_the_whole_studio_are_a_history(evidence: Evidence) -> None:
    evidence.record_report(200, True, {"ok": 12, "drifted": 1})
    evidence.record_report(100, True, {"ok": 13})
    evidence.record_report(150, False, {"ok": 1})
    assert evidence.reports() == [(100, {"ok": 13}), (200, {"ok": 12, "drifted": 1})]


def test_a_history_that_somebody_spoilt_is_only_shorter(path: Path, evidence: Evidence) -> None:
    evidence.record_report(100, True, {"ok": 13})
    with sqlite3.connect(path) as database:
        for at, text in enumerate(("{", "[]", '{"ok": "x"}', '{"ok": null}')):
            database.execute("INSERT INTO reports VALUES (?, 1, ?)", (at, text))
    assert evidence.reports() == [(100, {"ok": 13})]


def test_old_reports_are_forgotten(evidence: Evidence) -> None:
    with evidence.at_once():
        for at in range(510):
            evidence.record_report(at, True, {"ok": at})
    assert [at for at, _ in evidence.reports()] == list(range(10, 510))


@pytest.mark.parametrize("version", [1, 2])
def test_a_record_of_an_older_program_gets_the_new_tables(old: Path, version: int) -> None:
    if version == 2:
        with sqlite3.connect(old) as database:
            database.executescript(SECOND)
    again = Evidence(old)
    assert again.custody() == {}
    again.record_told(100, "owner", "bad")
    again.record_report(100, True, {"ok": 1})
    assert (again.told(), again.reports()) == ({"owner": ("bad", 100)}, [(100, {"ok": 1})])


#: A record as version 1 wrote it: the very tables, with a line in each.
FIRST = """
CREATE TABLE systems (system TEXT PRIMARY KEY, noticed INTEGER NOT NULL, seen INTEGER);
CREATE TABLE findings (address TEXT PRIMARY KEY, class TEXT NOT NULL, since INTEGER NOT NULL);
CREATE TABLE applied (address TEXT PRIMARY KEY, digest TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE plans (fingerprint TEXT PRIMARY KEY, used INTEGER NOT NULL);
CREATE TABLE drills (
    dataset TEXT NOT NULL, copy TEXT NOT NULL, point TEXT NOT NULL, at INTEGER NOT NULL,
    files INTEGER NOT NULL, bytes INTEGER NOT NULL, seconds REAL NOT NULL
);
INSERT INTO systems VALUES ('nas/linux', 50, 100);
INSERT INTO findings VALUES ('a', 'drifted', 90);
INSERT INTO applied VALUES ('a', 'one', 80);
INSERT INTO plans VALUES ('plan.json 0f', 70);
INSERT INTO drills VALUES ('ws-a/sessions', 'on-nas', '2026-11-22T04-08-57Z', 60, 5, 4608220, 0.41);
PRAGMA user_version = 1;
"""


#: What version 2 added.
SECOND = """
CREATE TABLE reports (at INTEGER PRIMARY KEY, whole INTEGER NOT NULL, counts TEXT NOT NULL);
CREATE TABLE told (receiver TEXT PRIMARY KEY, state TEXT NOT NULL, at INTEGER NOT NULL);
PRAGMA user_version = 2;
"""


@pytest.fixture
def old(path: Path) -> Path:
    """A file of version 1."""
    path.parent.mkdir(parents=True)
    with sqlite3.connect(path) as database:
        database.executescript(FIRST)
    return path


def test_an_older_record_is_brought_up_to_date_with_all_that_it_holds(old: Path) -> None:
    evidence = Evidence(old)
    assert evidence.systems() == {"nas/linux": (100, True)}
    assert (evidence.since(), evidence.applied()) == ({"a": 90}, {"a": "one"})
    assert not evidence.use_plan(200, "plan.json 0f")
    # Whether that drill brought back everything was not noted: it is not taken for one that did.
    drill = Drill("ws-a/sessions", "on-nas", "2026-11-22T04-08-57Z", 5, 4_608_220, 0.41, whole=False)
    assert evidence.drills() == [(60, drill)]
    assert (evidence.facts(), evidence.custody(), evidence.observations()) == ([], {}, {})
    evidence.attest(MFA)
    evidence.close()
    with sqlite3.connect(old) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)
    again = Evidence(old)
    assert again.facts() == [MFA]
    assert (again.pending(), again.rollout()) == ({}, None)


def test_an_upgrade_that_breaks_off_leaves_the_old_record(old: Path) -> None:
    with sqlite3.connect(old) as database:
        database.execute("CREATE TABLE custody (somebody TEXT)")  # in the way of the second of its tables
    with pytest.raises(EvidenceError, match="custody already exists"):
        Evidence(old)
    with sqlite3.connect(old) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (1,)
        assert "whole" not in str(database.execute("SELECT sql FROM sqlite_master WHERE name = 'drills'").fetchall())


def test_two_programs_may_bring_it_up_to_date_at_once(old: Path) -> None:
    waiting = [
        subprocess.Popen([sys.executable, "-c", _OPEN, str(old)], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    assert [process.communicate(timeout=60)[0] for process in waiting] == ["1\n"] * 4


_OPEN = "import sys; from pathlib import Path; from studio_backup.evidence import Evidence; " \
    "print(len(Evidence(Path(sys.argv[1])).drills()))"  # fmt: skip


MFA = Fact(subject="account:b2", what="mfa", sort=ATTESTED, at=100, by="Ada", expires=200, note="asked for a code")
TAKEN = Custody(drive="shuttle-1", place="home", at=100, by="Ada", expires=None, note="")


def test_what_somebody_says_holds_until_it_runs_out(path: Path, evidence: Evidence) -> None:
    evidence.attest(MFA)
    evidence.close()
    assert Evidence(path).facts() == [MFA]
    assert [MFA.holds(now) for now in (99, 100, 199, 200)] == [False, True, True, False]
    later = dataclasses.replace(MFA, at=150, by="Bob", expires=None)
    assert latest([later, MFA], "account:b2", "mfa") == later
    assert latest([MFA], "account:b2", "made") is None


def test_a_drive_is_where_it_was_last_moved_to(path: Path, evidence: Evidence) -> None:
    back = dataclasses.replace(TAKEN, place="studio/a", at=200, expires=300, note="for the mix")
    for move in (TAKEN, dataclasses.replace(TAKEN, drive="shuttle-2", place="bag:red"), back):
        evidence.move(move)
    evidence.close()
    again = Evidence(path)
    assert {name: one.place for name, one in again.custody().items()} == {
        "shuttle-1": "studio/a", "shuttle-2": "bag:red",
    }  # fmt: skip
    assert again.moves()[-1] == back
    assert (back.holds(299), back.holds(300), TAKEN.holds(10**12)) == (True, False, True)


def test_the_last_look_at_a_copy_is_kept(path: Path, evidence: Evidence) -> None:
    first = Observation(copy="ws-a/sessions/on-nas", at=100, points=("2026-11-22T04-08-57Z",))
    mirror = Observation(copy="ws-a/sessions/mirror", at=100, points=(), state=90)
    later = dataclasses.replace(first, at=200, points=("2026-11-22T04-08-57Z", "2026-11-22T05-00-00Z"))
    evidence.record_observations([first, mirror])
    evidence.record_observations([later])
    evidence.close()
    assert Evidence(path).observations() == {later.copy: later, mirror.copy: mirror}
    assert (later.newest, mirror.newest) == (1795323600, 90)
    assert Observation(copy="x", at=1, points=()).newest is None


def test_what_an_apply_left_is_kept_until_a_look_finds_nothing_left(path: Path, evidence: Evidence) -> None:
    in_session, away = Pending("ws-a/linux", "session", "ardour runs", 1000), Pending("ws-b/linux", "unreachable", "no")
    evidence.record_pending(100, ["ws-a/linux", "ws-b/linux", "nas/linux"], [in_session, away])
    evidence.record_rollout(100, "{}", False)
    evidence.close()
    again = Evidence(path)
    assert again.pending() == {"ws-a/linux": in_session, "ws-b/linux": away}
    assert again.rollout() == ("{}", False)
    again.record_pending(200, ["ws-a/linux"], [])
    again.record_rollout(200, "{}", True)
    assert list(again.pending()) == ["ws-b/linux"]
    assert again.rollout() == ("{}", True)
    again.end_rollout()
    assert again.rollout() is None


def test_drills_say_whether_they_brought_back_everything(evidence: Evidence) -> None:
    part = Drill("ws-a/sessions", "on-nas", "a", 3, 2**40, 1.5, whole=False)
    evidence.record_drill(100, part)
    evidence.record_drill(200, dataclasses.replace(part, whole=True))
    assert [drill.whole for _, drill in evidence.drills()] == [False, True]


def test_a_folder_that_is_read_only_is_named_with_the_way_out() -> None:
    """As somebody who is not root, to whom the rights of a folder mean something."""
    folder = Path(tempfile.mkdtemp())
    try:
        path = folder / "evidence.sqlite"
        made = Evidence(path)
        made.attest(MFA)
        made.close()
        path.chmod(0o444)
        folder.chmod(0o555)
        done = subprocess.run([sys.executable, "-c", _READ_ONLY, str(path)], capture_output=True, text=True,
                              timeout=60, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
        first, second = done.stdout.splitlines()
        assert first == "1 fact"
        assert second == (
            f"the record {path} cannot be written: attempt to write a readonly database | look at its disk and rights"
        )
        path.unlink()
        fresh = subprocess.run([sys.executable, "-c", _READ_ONLY, str(path)], capture_output=True, text=True,
                               timeout=60, check=False)  # fmt: skip
        assert fresh.stdout.splitlines()[-1] == (
            f"the record {path} cannot be used: unable to open database file"
            " | make it and its folder writable, or set XDG_STATE_HOME to one that is"
        )
    finally:
        shutil.rmtree(folder)


#: Everything is imported before the rights go: the program itself may stand where only root can read.
_READ_ONLY = """
import os, sys
from pathlib import Path
from studio_backup.errors import EvidenceError
from studio_backup.evidence import Evidence
from studio_backup.facts import Custody
if os.getuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
try:
    record = Evidence(Path(sys.argv[1]))
    print(len(record.facts()), "fact")
    record.move(Custody(drive="shuttle-1", place="home", at=1, by="Ada"))
except EvidenceError as error:
    print(error.message, "|", error.fix)
"""
