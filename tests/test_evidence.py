"""The local record: what was seen and since when; one that cannot be used says so and how to go on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from studio_backup.errors import EvidenceError
from studio_backup.evidence import VERSION, Drill, Evidence


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


def test_a_record_of_an_older_program_gets_the_new_tables(path: Path) -> None:
    Evidence(path).close()
    with sqlite3.connect(path) as database:
        database.executescript("DROP TABLE reports; DROP TABLE told; PRAGMA user_version = 1")
    again = Evidence(path)
    again.record_told(100, "owner", "bad")
    again.record_report(100, True, {"ok": 1})
    assert (again.told(), again.reports()) == ({"owner": ("bad", 100)}, [(100, {"ok": 1})])
