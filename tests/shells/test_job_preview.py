"""A preview says what a run would do, and leaves no trace of having said it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.shells.job_bench import SHELLS
from tests.shells.job_running import Job


def everything(*folders: Path) -> dict[str, tuple[int, int]]:
    found = [path for folder in folders for path in [folder, *folder.rglob("*")] if path.exists()]
    return {str(path): (path.lstat().st_ino, path.lstat().st_mtime_ns) for path in found}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_preview_writes_nothing(job: Job, shell: str) -> None:
    job.shell = SHELLS[shell]
    job.fill(10)
    before = everything(job.target, job.state)
    outcome = job.run("preview")
    assert (outcome.code, outcome["created"], outcome["restore_point"]) == (0, 10, None), outcome.err
    assert outcome.out.count("created\t") == 10
    assert everything(job.target, job.state) == before
    done = job.run()
    (job.source / "take-001.wav").unlink()
    (job.source / "take-002.wav").write_text("longer than it was")
    (job.source / "new\nü.wav").write_text("x")
    before = everything(job.target, job.state)
    outcome = job.run("preview")
    assert sorted(outcome.out.splitlines()[:-1]) == [
        "created\tnew\\#012\\#303\\#274.wav",
        "deleted\ttake-001.wav",
        "rewritten\ttake-002.wav",
    ]
    assert (outcome["created"], outcome["deleted"], outcome["rewritten"]) == (1, 1, 1)
    assert outcome["restore_point"] == done["restore_point"]
    assert everything(job.target, job.state) == before


def test_a_preview_through_the_gate(pull: Job) -> None:
    pull.fill(3)
    assert pull.run().code == 0
    (pull.source / "take-001.wav").unlink()
    before = everything(pull.target, pull.state)
    outcome = pull.run("preview")
    assert (outcome.code, outcome.out.splitlines()[0]) == (0, "deleted\ttake-001.wav"), outcome.err
    assert everything(pull.target, pull.state) == before


def test_a_preview_of_a_mirror(job: Job) -> None:
    job.set(mode="mirror")
    job.fill(3)
    assert job.run().code == 0
    (job.source / "take-001.wav").unlink()
    before = everything(job.target, job.state)
    assert job.run("preview").out.splitlines()[0] == "deleted\ttake-001.wav"
    assert everything(job.target, job.state) == before


def test_a_preview_is_guarded_like_a_run(job: Job) -> None:
    job.set(quiet="600", quiet_limit="900")
    assert job.run("preview")["reason"] == "source-empty"
    job.fill(3)
    before = everything(job.target, job.state)
    outcome = job.run("preview")
    assert (outcome.code, outcome["result"]) == (3, "busy")
    assert everything(job.target, job.state) == before
    job.set(target_id="another")
    assert job.run("preview").code == 5


def test_points_are_listed_with_what_is_known_of_them(job: Job) -> None:
    job.fill(3)
    name = job.run()["restore_point"]
    assert job.run("newest").out == f"{name}\n"
    job.pretend_point("2001-01-01T00-00-00Z")
    assert job.run("list").out == f"2001-01-01T00-00-00Z\t\t\n{name}\t3\t21\n"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"kind": "swap"}, "kind"),
        ({"mode": ""}, "mode"),
        ({"store": "ext4"}, "store"),
        ({"brake_files": "many"}, "number many"),
        ({"target": "relative"}, "path"),
        ({"kind": "pull"}, "sources"),
        ({"source_path": ""}, "source_path"),
        ({"id": "../x"}, "id"),
    ],
)
def test_a_broken_configuration_runs_nothing(job: Job, values: dict[str, str], said: str) -> None:
    job.fill(3)
    job.set(**values)
    outcome = job.run()
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.endswith(f"config: {said}\n")
    assert not job.state.exists()
