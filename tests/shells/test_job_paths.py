"""Paths are names and never patterns: brackets, stars and backslashes in them say nothing to a program."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shells.job_bench import RECEIVER, SHELLS, call
from tests.shells.job_running import Job
from tests.shells.job_server import Server, make_pull

ODD = ["ta[nk]", "st*r?", r"back\tslash\\", "{a,b} $(id) `id`", "-rf", "über  zwei", "host:path"]


@pytest.fixture
def odd(job: Job) -> Iterator[Job]:
    """A job whose two ends stand in folders of the test's own."""
    yield job
    shutil.rmtree(job.source.parent, ignore_errors=True)
    shutil.rmtree(job.target.parent, ignore_errors=True)


def name_it(job: Job, name: str) -> Job:
    job.source, job.target = job.source / name / "c", job.target / name / "c"
    for folder in (job.source, job.target):
        folder.mkdir(parents=True)
    return job.set(source_path=str(job.source), target=str(job.target), keep_last="1")


def two_points(job: Job) -> None:
    """Two runs, of which one point stays, and a target that is somebody else's."""
    job.fill(3)
    assert job.run().code == 0, job.log()
    (job.source / "take-001.wav").unlink()
    outcome = job.run()
    assert (outcome.code, outcome["deleted"], outcome["files"]) == (0, 1, 2), job.log()
    assert job.points() == [outcome["restore_point"]]
    assert [path.name for path in sorted(job.newest().iterdir())] == ["take-000.wav", "take-002.wav"]
    (job.target / ".studio-backup-copy").unlink()
    assert job.run()["reason"] == "target-foreign"


@pytest.mark.parametrize("name", ODD)
def test_a_local_copy(odd: Job, name: str) -> None:
    two_points(name_it(odd, name))


@pytest.mark.parametrize("shell", SHELLS)
def test_in_every_shell(odd: Job, shell: str) -> None:
    odd.shell = SHELLS[shell]
    two_points(name_it(odd, r"[a]*\t"))


@pytest.mark.parametrize("name", ODD)
def test_a_pull(odd: Job, server: Server, name: str) -> None:
    job = make_pull(name_it(odd, name), server)
    job.target.parent.chmod(0o755)
    call("chown", "-R", RECEIVER, job.target)
    two_points(job)


@pytest.mark.parametrize("name", ODD)
def test_a_mirror(odd: Job, name: str) -> None:
    job = name_it(odd, name).set(mode="mirror", keep_last="")
    job.fill(3)
    assert job.run().code == 0, job.log()
    (job.source / "take-001.wav").unlink()
    assert job.run().code == 0, job.log()
    assert len(list((job.target / "current").iterdir())) == 2
    [aside] = Path(job.target / "replaced").iterdir()
    assert [path.name for path in aside.iterdir()] == ["take-001.wav"]
