"""Guards: nothing is written when the source or the target is not what it should be."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.shells.job_bench import SHELLS, Bench, Volume, call
from tests.shells.job_running import Job, build_job


def tree(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.fixture
def own(own_bench: Bench) -> tuple[Job, Volume, Volume]:
    source = own_bench.make_volume("source")
    target = own_bench.make_volume("target")
    return build_job(own_bench, source, target, "sessions"), source, target


@pytest.fixture
def ready(own: tuple[Job, Volume, Volume]) -> tuple[Job, Volume, Volume]:
    job = own[0]
    job.fill(5)
    outcome = job.run()
    assert outcome.code == 0, outcome.err + job.log()
    return own


def test_an_unmounted_source_is_refused(ready: tuple[Job, Volume, Volume]) -> None:
    job, source, _ = ready
    source.unmount()
    outcome = job.run()
    assert (outcome.code, outcome["result"], outcome["reason"]) == (5, "refused", "source-unmounted")
    assert len(job.points()) == 1


def test_an_unmounted_target_is_refused_and_nothing_is_written_beneath(
    ready: tuple[Job, Volume, Volume],
) -> None:
    job, _, target = ready
    target.unmount()
    (target.root / "sessions").mkdir()
    outcome = job.run()
    assert (outcome.code, outcome["reason"]) == (5, "target-unmounted")
    assert tree(target.root) == ["sessions"]


@pytest.mark.trap(6)
def test_a_directory_bound_onto_itself_is_no_volume(ready: tuple[Job, Volume, Volume]) -> None:
    job, _, target = ready
    target.unmount()
    (target.root / "sessions").mkdir()
    call("mount", "--bind", target.root, target.root)
    outcome = job.run()
    assert (outcome.code, outcome["reason"]) == (5, "target-unmounted")


@pytest.mark.parametrize("side", ["source", "target"])
def test_another_disk_in_its_place_is_refused_even_with_a_copied_sentinel(
    own_bench: Bench, ready: tuple[Job, Volume, Volume], side: str
) -> None:
    job, source, target = ready
    volume = source if side == "source" else target
    sentinel = (volume.root / ".studio-backup-volume").read_text()
    volume.unmount()
    other = own_bench.make_volume("other")
    other.unmount()
    call("mount", "-o", "loop", other.image, volume.root)
    (volume.root / ".studio-backup-volume").write_text(sentinel)
    (volume.root / "sessions").mkdir()
    outcome = job.run()
    assert (outcome.code, outcome["reason"]) == (5, f"{side}-wrong-volume")


@pytest.mark.parametrize("line", [None, "another\tmachine/source\tid\n", ""])
def test_a_missing_or_wrong_sentinel_is_refused(ready: tuple[Job, Volume, Volume], line: str | None) -> None:
    job, source, _ = ready
    sentinel = source.root / ".studio-backup-volume"
    sentinel.unlink() if line is None else sentinel.write_text(line)
    outcome = job.run()
    assert (outcome.code, outcome["reason"]) == (5, "source-sentinel")


def test_a_link_is_no_sentinel(ready: tuple[Job, Volume, Volume]) -> None:
    job, source, _ = ready
    sentinel = source.root / ".studio-backup-volume"
    sentinel.rename(source.root / "elsewhere")
    sentinel.symlink_to("elsewhere")
    assert job.run()["reason"] == "source-sentinel"


@pytest.mark.trap(8)
def test_a_missing_or_empty_source_is_refused(job: Job) -> None:
    assert job.run()["reason"] == "source-empty"
    job.source.rmdir()
    outcome = job.run()
    assert (outcome.code, outcome["reason"], job.points()) == (5, "source-missing", [])


def test_a_source_that_became_empty_leaves_the_points_alone(job: Job) -> None:
    job.fill(3)
    first = job.run()
    for path in job.source.iterdir():
        path.unlink()
    outcome = job.run()
    assert (outcome.code, outcome["reason"]) == (5, "source-empty")
    assert job.points() == [first["restore_point"]]


def test_the_floor_counts_files(job: Job) -> None:
    job.set(floor="4")
    job.fill(3)
    assert job.run()["reason"] == "too-few-files"
    job.fill(4)
    assert job.run().code == 0


@pytest.mark.parametrize("files", [0, 3])
def test_too_few_files_are_no_proof_where_a_folder_cannot_be_listed(
    ready: tuple[Job, Volume, Volume], files: int
) -> None:
    job, source, _ = ready
    shutil.rmtree(job.source)
    (job.source / "Lied").mkdir(parents=True)
    job.fill(files)
    job.set(floor="9")
    source.unmount()
    call("debugfs", "-w", "-R", "clri sessions/Lied", source.image)  # what a bad sector leaves of a folder
    call("mount", "-o", "loop", source.image, source.root)
    outcome = job.run()
    assert (outcome.code, outcome["reason"]) == (5, "source-unread")


def test_the_floor_counts_what_is_copied_not_what_is_excluded(job: Job) -> None:
    job.set(floor="4")
    job.fill(3)
    (job.source / "a.tmp").write_text("x")
    job.conf.with_suffix(".exclude").write_text("*.tmp\n")
    outcome = job.run()
    assert (outcome["reason"], job.points()) == ("too-few-files", [])


def test_a_target_that_is_not_ours_is_refused(job: Job) -> None:
    job.fill(3)
    (job.target / "somebody's.txt").write_text("x")
    assert job.run()["reason"] == "target-foreign"
    (job.target / ".studio-backup-copy").write_text("northlight\tws-b/other\ton-nas\n")
    assert job.run()["reason"] == "target-foreign"
    assert tree(job.target) == [".studio-backup-copy", "somebody's.txt"]


@pytest.mark.trap(13)
def test_a_target_that_is_a_link_is_refused(job: Job, tank: Volume) -> None:
    job.fill(3)
    job.target.rmdir()
    elsewhere = tank.root / f"{job.target.name}-elsewhere"
    elsewhere.mkdir()
    job.target.symlink_to(elsewhere)
    assert job.run()["reason"] == "target-missing"
    assert tree(elsewhere) == []
    job.target.unlink()


def test_the_sentinel_and_the_excluded_are_not_copied(job: Job) -> None:
    job.fill(3)
    (job.source / "mix.tmp").write_text("x")
    (job.source / ".studio-backup-volume").write_text("x")
    job.conf.with_suffix(".exclude").write_text("*.tmp\n")
    assert job.run().code == 0
    assert tree(job.newest()) == ["take-000.wav", "take-001.wav", "take-002.wav"]


@pytest.mark.trap(8)
def test_a_disk_that_fills_up_loses_nothing_and_the_next_run_is_refused(own_bench: Bench) -> None:
    source = own_bench.make_volume("source")
    target = own_bench.make_volume("target", megabytes=16)
    job = build_job(own_bench, source, target, "sessions")
    job.fill(3)
    first = job.run()
    assert first.code == 0
    for number in range(3):
        (job.source / f"long-{number}.wav").write_bytes(bytes([number + 1]) * 8_000_000)
    full = job.run()
    assert (full.code, full["result"], full["reason"]) == (1, "failed", "no-space"), job.log()
    assert job.points() == [first["restore_point"]]
    assert (job.newest() / "take-001.wav").read_text() == "take 1\n"
    assert not (job.target / ".partial").exists(), "others have room again"
    for number in range(3):
        (job.source / f"long-{number}.wav").unlink()
    ballast = ["dd", "if=/dev/zero", f"of={target.root}/ballast", "bs=4k"]
    assert b"No space" in subprocess.run(ballast, capture_output=True, check=False).stderr
    again = job.run()
    assert (again.code, again["result"], again["reason"]) == (5, "refused", "no-space")
    (target.root / "ballast").unlink()
    assert job.run().code == 0
    assert len(job.points()) == 2


@pytest.mark.trap(13)
def test_a_busy_source_is_left_alone_until_the_limit(job: Job) -> None:
    job.set(quiet="600", quiet_limit="3600")
    job.fill(3)
    outcome = job.run()
    assert (outcome.code, outcome["result"], outcome["reason"]) == (3, "busy", "source-busy")
    assert job.points() == []
    mark = job.state / "busy" / job.values["id"]
    mark.write_text(f"{int(time.time()) - 4000}\n")
    outcome = job.run()
    assert (outcome.code, outcome["result"], outcome["open"]) == (0, "ok", True)
    call("find", job.source, "-type", "f", "-exec", "touch", "-d", "-2 hours", "{}", "+")
    outcome = job.run()
    assert (outcome.code, outcome["open"]) == (0, False)
    assert not mark.exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_what_is_not_copied_keeps_nobody_waiting(job: Job, shell: str) -> None:
    job.shell = SHELLS[shell]
    job.set(quiet="600", quiet_limit="3600", exclude="*.tmp ~$*", busy_patterns="*.lock")
    job.fill(3)
    call("find", job.source, "-type", "f", "-exec", "touch", "-d", "-2 hours", "{}", "+")
    (job.source / "render.tmp").write_text("x")
    (job.source / "~$notes.doc").write_text("x")
    outcome = job.run()
    assert (outcome.code, outcome["result"], outcome["open"]) == (0, "ok", False), job.log()
    (job.source / "new.wav").write_text("x")
    assert job.run()["reason"] == "source-busy"


def test_an_id_that_nobody_can_read_is_not_taken_for_the_right_one(ready: tuple[Job, Volume, Volume]) -> None:
    job, source, _ = ready
    call("mount", "-t", "tmpfs", "none", source.root)
    shutil.copytree(job.newest(), source.root / "sessions")
    source.write_sentinel()
    outcome = job.run()
    assert (outcome.code, outcome["reason"]) == (5, "source-unread")


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("mode", ["versioned", "mirror"])
def test_a_target_that_goes_while_the_source_is_looked_at_gets_nothing(
    own_bench: Bench, tmp_path: Path, mode: str, kept: bool
) -> None:
    """A copy may be a whole volume: what its mount leaves is a bare folder, and the system's own disk."""
    source, target = own_bench.make_volume("work"), own_bench.make_volume("tank")
    job = build_job(own_bench, source, target, "sessions")
    job.target.rmdir()
    job.target = target.root
    job.set(target=str(target.root), mode=mode)
    job.fill(5)
    if kept:
        assert job.run().code == 0, job.log()
    job.set(quiet="60")
    for take in job.source.iterdir():
        os.utime(take, (time.time() - 90, time.time() - 90))
    (tmp_path / "sleep").write_text(f"#!/bin/sh\numount {target.root}\n")
    (tmp_path / "sleep").chmod(0o755)
    job.environment["PATH"] = f"{tmp_path}:{os.environ['PATH']}"
    outcome = job.run()
    assert (outcome.code, outcome["reason"]) == (5, "target-unmounted"), outcome.record
    assert not list(target.root.iterdir())
