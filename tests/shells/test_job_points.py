"""Restore points: made whole, linked or snapshotted, with hostile names and nothing shared with the writer."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.shells.job_bench import SHELLS, Bench, Volume, call
from tests.shells.job_running import Job, build_job


@pytest.fixture
def snapshots(bench: Bench, work: Volume, pool: Volume, request: pytest.FixtureRequest) -> Iterator[Job]:
    name = f"b{abs(hash(request.node.nodeid)) % 10**9}"
    built = build_job(bench, work, pool, name, store="btrfs")
    yield built
    shutil.rmtree(built.source, ignore_errors=True)


@pytest.mark.trap(9)
@pytest.mark.parametrize("shell", SHELLS)
def test_two_runs_make_two_points_that_share_what_did_not_change(job: Job, shell: str) -> None:
    job.shell = SHELLS[shell]
    job.fill(10)
    first = job.run()
    assert (first.code, first["result"], first["reason"]) == (0, "ok", None), first.err + job.log()
    (job.source / "take-001.wav").unlink()
    second = job.run()
    assert second.code == 0, second.err + job.log()
    assert (second["deleted"], second["rewritten"], second["files"]) == (1, 0, 9)
    assert job.points() == [first["restore_point"], second["restore_point"]]
    older, newer = (job.target / "points" / name for name in job.points())
    assert (older / "take-001.wav").read_text() == "take 1\n"
    assert not (newer / "take-001.wav").exists()
    assert (older / "take-000.wav").samefile(newer / "take-000.wav")
    assert not (job.target / ".partial").exists()
    assert [record["result"] for record in job.records()] == ["ok", "ok"]


def test_snapshots_on_btrfs_are_complete_and_read_only(snapshots: Job) -> None:
    snapshots.fill(10)
    first = snapshots.run()
    assert first.code == 0, first.err + snapshots.log()
    (snapshots.source / "take-001.wav").unlink()
    (snapshots.source / "take-002.wav").write_text("another take 2\n")
    second = snapshots.run()
    assert second.code == 0, second.err + snapshots.log()
    assert (second["deleted"], second["rewritten"], second["files"]) == (1, 1, 9)
    older, newer = (snapshots.target / "points" / name for name in snapshots.points())
    assert (older / "take-001.wav").exists()
    assert not (newer / "take-001.wav").exists()
    assert (older / "take-002.wav").read_text() == "take 2\n"
    assert call("btrfs", "property", "get", "-ts", newer, "ro") == "ro=true"
    assert not (snapshots.target / ".partial").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_every_point_is_remembered_with_its_files(job: Job, shell: str) -> None:
    job.shell = SHELLS[shell]
    made = []
    for count in (3, 5):
        job.fill(count)
        outcome = job.run()
        assert outcome.code == 0, job.log()
        made.append([outcome["restore_point"], str(count)])
    remembered = (job.state / "points" / job.values["id"]).read_text().splitlines()
    assert [line.split("\t")[:2] for line in remembered] == made
