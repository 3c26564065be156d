"""Mirrors: kept like the source, with what they replace set aside, and nothing newer overwritten."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.shells.job_bench import SHELLS
from tests.shells.job_running import Job


@pytest.fixture
def mirror(job: Job) -> Job:
    job.set(mode="mirror")
    job.fill(100)
    outcome = job.run()
    assert (outcome.code, outcome["restore_point"], outcome["created"]) == (0, None, 100), job.log()
    return job


def content(job: Job) -> set[str]:
    return {path.name for path in (job.target / "current").iterdir()}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_mirror_is_remembered_in_one_line(mirror: Job, shell: str) -> None:
    mirror.shell = SHELLS[shell]
    remembered = mirror.state / "points" / mirror.values["id"]
    remembered.write_text("current\t1\t1\n" * 3)
    (mirror.source / "take-000.wav").unlink()
    assert mirror.run().code == 0, mirror.log()
    assert [line.split("\t")[:2] for line in remembered.read_text().splitlines()] == [["current", "99"]]
    assert list(remembered.parent.iterdir()) == [remembered]


@pytest.mark.parametrize("shell", SHELLS)
def test_what_is_replaced_or_deleted_is_set_aside(mirror: Job, shell: str) -> None:
    mirror.shell = SHELLS[shell]
    (mirror.source / "take-000.wav").unlink()
    (mirror.source / "take-001.wav").write_text("a better take")
    (mirror.source / "new.wav").write_text("x")
    outcome = mirror.run()
    assert outcome.code == 0, mirror.log()
    assert (outcome["created"], outcome["deleted"], outcome["rewritten"]) == (1, 1, 1)
    assert content(mirror) == {path.name for path in mirror.source.iterdir()}
    assert (mirror.target / "current" / "take-001.wav").read_text() == "a better take"
    [aside] = (mirror.target / "replaced").iterdir()
    assert (aside / "take-000.wav").read_text() == "take 0\n"
    assert (aside / "take-001.wav").read_text() == "take 1\n"


def test_the_brake_comes_before_anything_is_deleted(mirror: Job) -> None:
    for number in range(60):
        (mirror.source / f"take-{number:03}.wav").unlink()
    outcome = mirror.run()
    assert (outcome.code, outcome["reason"], outcome["deleted"]) == (5, "brake-deletions", 60)
    assert len(content(mirror)) == 100
    assert not list((mirror.target / "replaced").rglob("*.wav"))
    mirror.accept(outcome["run"])
    accepted = mirror.run()
    assert (accepted.code, accepted["accepted_by"]) == (0, "Kim Lee")
    assert len(content(mirror)) == 40


def test_a_file_that_is_newer_here_stays_and_is_reported(mirror: Job) -> None:
    here = mirror.target / "current" / "take-005.wav"
    here.write_text("worked on at the target")
    os.utime(here, (4_000_000_000, 4_000_000_000))
    (mirror.source / "take-005.wav").write_text("and at the source")
    (mirror.source / "take-006.wav").write_text("this one goes through")
    outcome = mirror.run()
    assert (outcome.code, outcome["result"], outcome["reason"]) == (1, "failed", "newer-at-target")
    assert here.read_text() == "worked on at the target"
    assert (mirror.target / "current" / "take-006.wav").read_text() == "this one goes through"
    assert "newer\ttake-005.wav" in mirror.run("accept-list", str(outcome["run"])).out.splitlines()


def test_a_file_that_is_newer_here_is_not_passed_over_where_the_list_has_no_room(mirror: Job, tmp_path: Path) -> None:
    here = mirror.target / "current" / "take-005.wav"
    here.write_text("worked on at the target")
    os.utime(here, (4_000_000_000, 4_000_000_000))
    (mirror.source / "take-005.wav").write_text("and at the source")
    (tmp_path / "rsync").write_text(
        """#!/bin/sh
case "$*" in *--existing*) exec /usr/bin/rsync "$@" >/dev/full ;; esac
exec /usr/bin/rsync "$@"
"""
    )
    (tmp_path / "rsync").chmod(0o755)
    mirror.environment["PATH"] = f"{tmp_path}:{os.environ['PATH']}"
    outcome = mirror.run()
    assert (outcome.code, outcome["result"], outcome["reason"]) == (1, "failed", "state-full"), outcome.record
    mirror.environment.clear()
    assert mirror.run()["reason"] == "newer-at-target"


def test_a_mirror_of_nothing_is_refused(mirror: Job) -> None:
    for path in mirror.source.iterdir():
        path.unlink()
    assert mirror.run()["reason"] == "source-empty"
    assert len(content(mirror)) == 100


def test_a_mirror_pulls_too(pull: Job) -> None:
    pull.set(mode="mirror")
    pull.fill(5)
    assert pull.run().code == 0, pull.log()
    (pull.source / "take-001.wav").unlink()
    outcome = pull.run()
    assert (outcome.code, outcome["deleted"]) == (0, 1), pull.log()
    assert len(content(pull)) == 4
