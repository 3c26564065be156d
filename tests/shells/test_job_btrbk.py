"""Snapshots by btrbk, the real one: guarded and braked by the job, named, listed and let go by btrbk's own rules."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from studio_backup.compile import Route, routes
from studio_backup.compile.snapshots import btrbk
from studio_backup.made import made_points
from studio_backup.probe import Reply
from studio_backup.resources.snapshot_schedule import SnapshotSchedule
from studio_backup.source import Place
from studio_backup.spec.load import load
from tests.one_nas import one_nas
from tests.shells.job_bench import SHELLS, Bench, Volume, call
from tests.shells.job_running import Job
from tests.shells.snapshot_bench import build_snapshots

TOOL = Path(__file__).parents[2] / ".venv" / "bin"
SPEC = one_nas("""
    disks: {bay1: {id: ata-one, medium: hdd}}
    volumes: {tank: {on: bay1, filesystem: btrfs, id: 5e551001-0000-4000-8000-000000000001, path: ROOT}}
""")
PLAY = """- name: x
  hosts: nas
  datasets: {NAME: {source: {volume: tank, path: NAME}, snapshots: {every: hour, by: btrbk, keep: KEEP}}}
"""


def route(job: Job, keep: str) -> Route:
    """As the compiler sees it."""
    inventory = SPEC.replace("ROOT", job.values["target_root"])
    loaded = load([("i.yml", inventory)], [("p.yml", PLAY.replace("NAME", job.source.name).replace("KEEP", keep))])
    assert loaded.studio is not None, [str(problem) for problem in loaded.problems]
    (found,) = routes(loaded.studio)
    return found


@pytest.fixture
def snapshots(bench: Bench, field: Volume, request: pytest.FixtureRequest) -> Iterator[Job]:
    built = build_snapshots(bench, field, f"b{abs(hash(request.node.nodeid)) % 10**9}")
    built.set(by="btrbk")
    (built.conf.with_suffix(".btrbk")).write_text(btrbk(route(built, "{hourly: 3}")))
    built.environment["PATH"] = f"{TOOL}:{os.environ['PATH']}"
    built.fill(10)
    yield built
    call("btrfs", "subvolume", "delete", built.source)


def made(job: Job) -> Mapping[str, str]:
    """What btrbk itself says of its snapshots, read as a survey reads it."""
    words = [str(TOOL / "btrbk"), "-c", str(job.conf.with_suffix(".btrbk")), "--format=raw", "list", "snapshots"]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return made_points("btrbk", said.splitlines(), "")


def pretended(job: Job) -> Path:
    """The folder of points, which the job takes for its own."""
    (job.target / ".studio-backup-copy").write_text(f"northlight\t{job.values['dataset']}\tsnapshots\n")
    (job.target / "points").mkdir()
    return job.target / "points"


def watched(job: Job, path: str = f"{TOOL}:{os.environ['PATH']}") -> SnapshotSchedule:
    """How the schedule is seen."""
    want = SnapshotSchedule(
        system="nas/linux", name=str(job.target), place=Place("x.yml", 1, 1), source=str(job.source),
        by="btrbk", told=str(job.conf.with_suffix(".btrbk")),
    )  # fmt: skip
    words = ["dash", "-c", f"set -eu\n{want.probe().script}", "sh", *want.probe().args]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env={"PATH": path}, timeout=60)
    seen = want.parse(Reply(done.returncode, done.stdout, done.stderr))
    assert seen is not None
    return seen


@pytest.mark.parametrize(
    "shell", [pytest.param(shell, marks=[] if shell == "dash" else pytest.mark.long) for shell in SHELLS]
)
def test_btrbk_makes_them_and_its_listing_is_what_counts(snapshots: Job, shell: str) -> None:
    snapshots.shell = SHELLS[shell]
    first = snapshots.run()
    assert (first.code, first["result"], first["files"]) == (0, "ok", 10), first.err + snapshots.log()
    (snapshots.source / "take-001.wav").unlink()
    second = snapshots.run()
    assert (second.code, second["deleted"]) == (0, 1), second.err + snapshots.log()
    found = made(snapshots)
    assert sorted(found) == [first["restore_point"], second["restore_point"]]
    assert snapshots.run("newest").out == f"{second['restore_point']}\n"
    assert snapshots.run("list").out.split() == sorted(found)
    older = Path(found[str(first["restore_point"])])
    assert older.name.startswith(f"{snapshots.source.name}.2")
    assert (older / "take-001.wav").read_text() == "take 1\n"
    assert call("btrfs", "property", "get", "-ts", older, "ro") == "ro=true"
    assert not (snapshots.target / ".partial").exists()
    assert snapshots.run(manual=False)["reason"] is None, "no period is set here"
    assert snapshots.set(period="3600").run(manual=False)["reason"] == "period"
    assert (watched(snapshots).tool, watched(snapshots).writable) == ("ready", "none")


def test_the_brake_comes_first_and_nothing_is_rotated(snapshots: Job) -> None:
    snapshots.fill(200, "song")
    assert snapshots.run().code == 0, snapshots.log()
    before = made(snapshots)
    for path in snapshots.source.glob("song*"):
        path.unlink()
    refused = snapshots.run()
    assert (refused.code, refused["reason"], refused["deleted"]) == (5, "brake-deletions", 200), snapshots.log()
    assert made(snapshots) == before
    snapshots.accept(refused["run"])
    accepted = snapshots.run()
    assert (accepted.code, accepted["accepted_by"]) == (0, "Kim Lee"), snapshots.log()
    assert len(made(snapshots)) == 2
    for path in snapshots.source.iterdir():
        path.unlink()
    assert snapshots.run()["reason"] == "source-empty"
    assert len(made(snapshots)) == 2


@pytest.mark.parametrize("shell", SHELLS)
def test_snapshots_that_cannot_be_put_in_order_are_not_none(snapshots: Job, tmp_path: Path, shell: str) -> None:
    snapshots.shell = SHELLS[shell]
    snapshots.fill(100)
    assert snapshots.run().code == 0, snapshots.log()
    before = made(snapshots)
    for take in list(snapshots.source.iterdir())[:90]:
        take.unlink()
    (tmp_path / "sort").write_text('#!/bin/sh\ncase "$*" in *.made) kill -9 $$ ;; esac\nexec /usr/bin/sort "$@"\n')
    (tmp_path / "sort").chmod(0o755)
    snapshots.environment["PATH"] = f"{tmp_path}:{snapshots.environment['PATH']}"
    outcome = snapshots.run()
    assert (outcome.code, outcome["reason"]) == (1, "tool-listing"), outcome.record
    assert made(snapshots) == before


def test_btrbks_own_rules_let_go_what_is_old(snapshots: Job) -> None:
    """The first of each hour is kept, not the last one; a name that it does not know is nobody's."""
    points = pretended(snapshots)
    for moment in ("20200101T010000+0000", "20200101T013000+0200", "short"):
        call("btrfs", "subvolume", "snapshot", "-r", snapshots.source, points / f"{snapshots.source.name}.{moment}")
    assert sorted(made(snapshots)) == ["2019-12-31T23-30-00Z", "2020-01-01T01-00-00Z"]
    assert snapshots.run("list").out.split() == ["2019-12-31T23-30-00Z", "2020-01-01T01-00-00Z"]
    assert "20200101" in snapshots.run("retain-preview").out
    outcome = snapshots.run()
    assert outcome.code == 0, snapshots.log()
    assert sorted(made(snapshots)) == [outcome["restore_point"]]
    assert (points / f"{snapshots.source.name}.short").is_dir()


def test_a_clock_that_is_behind_lets_nothing_go(snapshots: Job) -> None:
    points = pretended(snapshots)
    for moment in ("20200101T010000+0000", "20990101T010000+0000"):
        call("btrfs", "subvolume", "snapshot", "-r", snapshots.source, points / f"{snapshots.source.name}.{moment}")
    outcome = snapshots.run()
    assert (outcome["result"], outcome["reason"]) == ("ok", "clock-behind"), snapshots.log()
    assert sorted(made(snapshots)) == ["2020-01-01T01-00-00Z", outcome["restore_point"], "2099-01-01T01-00-00Z"]


def test_what_is_wrong_with_btrbk_is_told_and_makes_no_point(snapshots: Job) -> None:
    told = snapshots.conf.with_suffix(".btrbk")
    good = told.read_text()
    told.write_text(good.replace("3h", "3x"))
    assert 'Value "3x" failed input validation' in watched(snapshots).tool
    assert (snapshots.run()["result"], snapshots.run()["reason"]) == ("failed", "tool-listing")
    told.write_text(good)
    assert watched(snapshots, "/usr/bin:/bin").tool == "not installed"
    del snapshots.environment["PATH"]
    assert snapshots.run()["reason"] == "tool-missing"
    assert made(snapshots) == {}
    hooks = snapshots.state.parent / "hooks"
    hooks.mkdir()
    (hooks / "btrbk").write_text(f'#!/bin/sh\ncase "$*" in *run) exit 0 ;; esac\nexec {TOOL}/btrbk "$@"\n')
    (hooks / "btrbk").chmod(0o755)
    snapshots.environment["PATH"] = f"{hooks}:{os.environ['PATH']}"
    assert snapshots.run()["reason"] == "tool", "a zero exit code is not believed"
    (hooks / "btrbk").write_text(f'#!/bin/sh\ncase "$*" in *run) exit 10 ;; esac\nexec {TOOL}/btrbk "$@"\n')
    assert snapshots.run()["reason"] == "tool"


def test_a_preview_compares_with_its_newest_and_writes_nothing(snapshots: Job) -> None:
    assert snapshots.run().code == 0, snapshots.log()
    (snapshots.source / "more").write_text("x")
    before = (made(snapshots), len(snapshots.records()))
    seen = snapshots.run("preview")
    assert (seen.code, seen["created"]) == (0, 1), seen.out + seen.err
    assert "created\tmore" in seen.out.splitlines()
    assert (made(snapshots), len(snapshots.records())) == before


def test_a_survey_writes_nothing(snapshots: Job) -> None:
    """All that it asks is asked of a volume that is mounted read-only, too."""
    assert snapshots.run().code == 0, snapshots.log()
    root = snapshots.values["target_root"]
    before = made(snapshots)
    call("mount", "-o", "remount,ro", root)
    try:
        assert made(snapshots) == before
        assert watched(snapshots).tool == "ready"
    finally:
        call("mount", "-o", "remount,rw", root)
