"""A disk that takes what is written and loses it: a restore point has its name once its files are on the disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.shells.job_bench import SHELLS, Bench, call
from tests.shells.job_running import Job, build_job


@pytest.fixture
def thin(own_bench: Bench) -> Job:
    """The target's disk has 12 MB behind it and says that it has 64; without a journal only the files go missing."""
    below = own_bench.folder / "thin"
    below.mkdir()
    call("mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", below)
    own_bench.mounted.append(below)
    return build_job(own_bench, own_bench.make_volume("work"), own_bench.make_volume("thin/nas", "ext2"), "sessions")


@pytest.mark.parametrize("shell", SHELLS)
def test_no_point_is_made_of_files_that_did_not_reach_the_disk(thin: Job, shell: str) -> None:
    thin.shell = SHELLS[shell]
    for number in range(20):
        (thin.source / f"take-{number:02}.wav").write_bytes(os.urandom(1024 * 1024))
    outcome = thin.run()
    assert (outcome.code, outcome["result"], outcome["reason"]) == (1, "failed", "restore-point"), outcome.record
    assert not thin.points()
    call("mount", "-o", "remount,size=60m", thin.target.parents[1])
    again = thin.run()
    assert again.code == 0, again.record
    call("umount", thin.target.parent)
    call("mount", "-o", "loop", thin.target.parents[1] / "nas.img", thin.target.parent)
    assert all((thin.newest() / take.name).read_bytes() == take.read_bytes() for take in thin.source.iterdir())


def test_no_mirror_takes_what_did_not_reach_the_disk(thin: Job) -> None:
    thin.set(mode="mirror")
    (thin.source / "take-0.wav").write_bytes(os.urandom(1024 * 1024))
    assert thin.run().code == 0
    for number in range(1, 20):
        (thin.source / f"take-{number}.wav").write_bytes(os.urandom(1024 * 1024))
    outcome = thin.run()
    assert (outcome.code, outcome["reason"]) == (1, "restore-point"), outcome.record
    assert [take.name for take in (thin.target / "current").iterdir()] == ["take-0.wav"]


@pytest.mark.parametrize("says", ["sync: invalid option -- 'f'", "Usage: sync"])
def test_a_sync_that_knows_no_single_file_system_writes_all(job: Job, tmp_path: Path, says: str) -> None:
    (tmp_path / "sync").write_text(
        f'#!/bin/sh\necho "$*" >>{tmp_path}/asked\n[ $# -eq 0 ] || {{ echo "{says}" >&2; exit 1; }}\n'
    )
    (tmp_path / "sync").chmod(0o755)
    job.environment["PATH"] = f"{tmp_path}:{os.environ['PATH']}"
    job.fill(3)
    assert job.run().code == 0, job.log()
    assert (tmp_path / "asked").read_text().splitlines()[-1] == ""


def test_what_a_killed_run_has_moved_is_written_before_it_has_a_name(job: Job, tmp_path: Path) -> None:
    """The run that goes on with it moves nothing itself."""
    (tmp_path / "sync").write_text("#!/bin/sh\necho 'sync: error syncing: Input/output error'\nexit 1\n")
    (tmp_path / "sync").chmod(0o755)
    job.fill(3)
    assert job.run()["reason"] is None
    call("cp", "-a", job.source, job.target / ".partial")
    job.environment["PATH"] = f"{tmp_path}:{os.environ['PATH']}"
    outcome = job.run()
    assert (outcome.code, outcome["reason"]) == (1, "restore-point"), outcome.record
    assert len(job.points()) == 1
