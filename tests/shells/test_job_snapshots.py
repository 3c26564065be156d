"""Snapshots beside the data: read-only, dated, guarded like any copy, and never part of what is copied."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_backup.probe import Reply
from studio_backup.resources.snapshot_schedule import SnapshotSchedule
from studio_backup.source import Place
from tests.shells.job_bench import SHELLS, Bench, Volume, call
from tests.shells.job_running import Job, build_job
from tests.shells.snapshot_bench import build_snapshots


@pytest.fixture
def snapshots(bench: Bench, field: Volume, request: pytest.FixtureRequest) -> Iterator[Job]:
    built = build_snapshots(bench, field, f"s{abs(hash(request.node.nodeid)) % 10**9}")
    yield built
    call("btrfs", "subvolume", "delete", built.source)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_snapshot_is_read_only_and_keeps_what_was_there(snapshots: Job, shell: str) -> None:
    snapshots.shell = SHELLS[shell]
    snapshots.fill(10)
    first = snapshots.run()
    assert (first.code, first["result"], first["files"]) == (0, "ok", 10), first.err + snapshots.log()
    (snapshots.source / "take-001.wav").unlink()
    (snapshots.source / "take-002.wav").write_text("another take 2\n")
    second = snapshots.run()
    assert (second.code, second["deleted"], second["rewritten"], second["files"]) == (0, 1, 1, 9), snapshots.log()
    assert snapshots.points() == [first["restore_point"], second["restore_point"]]
    older = snapshots.target / "points" / snapshots.points()[0]
    assert (older / "take-001.wav").read_text() == "take 1\n"
    assert (older / "take-002.wav").read_text() == "take 2\n"
    assert call("btrfs", "property", "get", "-ts", older, "ro") == "ro=true"
    assert not (snapshots.target / ".partial").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_a_source_that_lost_much_is_refused_until_somebody_accepts(snapshots: Job, shell: str) -> None:
    snapshots.shell = SHELLS[shell]
    snapshots.set(keep_last="1")
    snapshots.fill(100)
    kept = snapshots.run()["restore_point"]
    for number in range(60):
        (snapshots.source / f"take-{number:03}.wav").unlink()
    refused = snapshots.run()
    assert (refused.code, refused["reason"], refused["deleted"]) == (5, "brake-deletions", 60), snapshots.log()
    assert snapshots.points() == [kept]
    snapshots.accept(refused["run"])
    accepted = snapshots.run()
    assert (accepted.code, accepted["accepted_by"]) == (0, "Kim Lee"), snapshots.log()
    assert snapshots.points() == [accepted["restore_point"]]


def test_an_empty_or_unmounted_source_rotates_nothing(snapshots: Job) -> None:
    snapshots.set(keep_last="1")
    snapshots.fill(3)
    kept = snapshots.run()["restore_point"]
    for path in snapshots.source.iterdir():
        path.unlink()
    assert snapshots.run()["reason"] == "source-empty"
    assert snapshots.set(source_id="another").run()["reason"] == "source-wrong-volume"
    assert snapshots.points() == [kept]


def test_a_folder_is_no_subvolume(snapshots: Job) -> None:
    folder = snapshots.source / "inside"
    folder.mkdir()
    (folder / "take").write_text("x")
    outcome = snapshots.set(source_path=str(folder)).run()
    assert (outcome.code, outcome["reason"]) == (5, "source-no-subvolume")
    assert snapshots.points() == []


def test_a_period_has_one_snapshot_and_retention_goes_by_their_dates(snapshots: Job) -> None:
    snapshots.fill(3)
    assert snapshots.set(period="3600", keep_hourly="2").run()["result"] == "ok"
    assert snapshots.run(manual=False)["reason"] == "period"
    made = []
    for hour in (1, 2, 3):
        snapshots.at(hour * 3600)
        made.append(snapshots.run(manual=False)["restore_point"])
    assert snapshots.points() == made[-2:]


def test_one_that_was_killed_half_way_is_removed_by_the_next(snapshots: Job) -> None:
    snapshots.fill(3)
    call("btrfs", "subvolume", "snapshot", "-r", snapshots.source, snapshots.target / ".partial")
    (snapshots.target / ".studio-backup-copy").write_text(f"northlight\t{snapshots.values['dataset']}\tsnapshots\n")
    outcome = snapshots.run()
    assert (outcome.code, len(snapshots.points())) == (0, 1), snapshots.log()
    assert not (snapshots.target / ".partial").exists()


def test_a_take_under_way_is_snapshotted_and_said_to_be(snapshots: Job) -> None:
    snapshots.fill(3)
    outcome = snapshots.set(quiet="600").run()
    assert (outcome.code, outcome["open"]) == (0, True), snapshots.log()


def test_snapshots_in_the_root_are_not_taken_for_data(bench: Bench, own_volume: Volume, pool: Volume) -> None:
    """A dataset that is a whole volume holds its snapshots; a copy of it holds none, and they do not make it busy."""
    target = own_volume.root / ".studio-backup-snapshots" / "whole"
    target.mkdir(parents=True)
    made = build_job(bench, own_volume, own_volume, "whole", store="btrfs")
    made.source = own_volume.root
    made.target = target
    made.set(engine="snapshot", source_path=str(own_volume.root), target=str(target), quiet_limit="0")
    assert made.run()["reason"] == "source-empty", "neither the sentinel nor snapshots are data"
    made.fill(3)
    assert made.run()["files"] == 3, made.log()
    assert made.run()["files"] == 3, made.log()
    held = {path.name for path in (target / "points" / made.points()[-1]).iterdir()}
    assert held == {"take-000.wav", "take-001.wav", "take-002.wav", "whole"}
    copy = build_job(bench, own_volume, pool, "whole-copied", store="btrfs")
    copy.conf.with_suffix(".exclude").write_text("/.studio-backup-snapshots/\n")
    for path in own_volume.root.glob("take*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    outcome = copy.set(source_path=str(own_volume.root), quiet="600", quiet_limit="9999").run()
    assert (outcome.code, outcome["files"]) == (0, 3), copy.log()
    assert made.run("preview").record["result"] == "ok"


@pytest.fixture
def own_volume(bench: Bench) -> Volume:
    return bench.make_volume("alone", "btrfs", 128)


def test_an_engine_that_is_none_is_refused(snapshots: Job) -> None:
    outcome = snapshots.set(engine="tar").run()
    assert (outcome.code, "config: engine" in outcome.err) == (1, True)
    assert Path(snapshots.values["source_path"]).exists()


@pytest.mark.parametrize("shell", ["dash", "busybox"])
def test_a_snapshot_that_comes_or_goes_while_they_are_listed_is_not_writable(snapshots: Job, shell: str) -> None:
    """The job works while somebody plans: each listing of these finds one more and one fewer."""
    points = snapshots.target / "points"
    points.mkdir()
    for number in range(4):
        call("btrfs", "subvolume", "snapshot", "-r", snapshots.source, points / f"2026-11-22T0{number}-00-00Z")
    hooks = snapshots.state.parent / "hooks"
    hooks.mkdir()
    (hooks / "btrfs").write_text(f"""#!/bin/sh
/usr/bin/btrfs "$@" || exit
set -- {points}/*
/usr/bin/btrfs subvolume snapshot -r {snapshots.source} {points}/2027-$$ >/dev/null
/usr/bin/btrfs subvolume delete "$1" >/dev/null
""")
    (hooks / "btrfs").chmod(0o755)
    want = SnapshotSchedule(
        system="nas/linux", name=str(snapshots.target), place=Place("x.yml", 1, 1), source=str(snapshots.source)
    )
    script = f"set -eu\nset -- {shlex.join(want.probe().args)}\n{want.probe().script}"
    environment = {**os.environ, "PATH": f"{hooks}:{os.environ['PATH']}"}
    done = subprocess.run(
        [*SHELLS[shell], "-c", script], capture_output=True, text=True, check=True, env=environment, timeout=60
    )
    seen = want.parse(Reply(0, done.stdout, done.stderr))
    assert seen is not None
    assert seen.writable == "none"
    writable = snapshots.newest()
    call("btrfs", "property", "set", "-ts", writable, "ro", "false")
    done = subprocess.run([*SHELLS[shell], "-c", script], capture_output=True, text=True, check=True, timeout=60)
    seen = want.parse(Reply(0, done.stdout, done.stderr))
    assert seen is not None
    assert seen.writable == writable.name
