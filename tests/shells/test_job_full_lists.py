"""A disk that is full while the brake writes down what it found: a list that ends early proves no small change."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shells.job_bench import RECEIVER, SHELLS, Bench, call
from tests.shells.job_running import Job, build_job
from tests.shells.job_server import Server, start_sshd
from tests.shells.push_bench import Pushed, make_pushed

#: awk that can write to no file any more, while what it prints still arrives: BusyBox's says nothing of that.
AWKS = {"mawk": "/usr/bin/mawk", "busybox": "busybox awk"}


@pytest.fixture(scope="module")
def door(bench: Bench) -> Iterator[Server]:
    with start_sshd(bench.folder / "full-door", bench.folder / "etc" / "northlight") as started:
        yield started


def fill_disk(job: Job, folder: Path, awk: str, when: str) -> None:
    """From now on there is no room for what an awk with these words writes."""
    folder.mkdir()
    (folder / "awk").write_text(
        f"""#!/bin/sh
case "$*" in *{when}*) trap '' XFSZ; ulimit -f 0 ;; esac
exec {AWKS[awk]} "$@"
"""
    )
    (folder / "awk").chmod(0o755)
    job.environment["PATH"] = f"{folder}:{os.environ['PATH']}"


@pytest.mark.parametrize("awk", AWKS)
@pytest.mark.parametrize("shell", SHELLS)
def test_no_point_is_made_where_the_list_has_no_room(job: Job, tmp_path: Path, awk: str, shell: str) -> None:
    job.shell = SHELLS[shell]
    job.fill(100)
    assert job.run().code == 0
    before = job.points()
    for take in list(job.source.iterdir())[:80]:
        take.write_text("encrypted!\n")
    fill_disk(job, tmp_path / "bin", awk, "list=")
    outcome = job.run()
    assert (outcome.code, outcome["result"], outcome["reason"]) == (1, "failed", "state-full"), outcome.record
    assert job.points() == before
    job.environment.clear()
    assert job.run()["reason"] == "brake-rewrites"


def lose_lines(job: Job, folder: Path, which: str) -> None:
    """On a disk that is full for a while rsync 3.5 goes on, ends well, and its last words are there (measured)."""
    folder.mkdir()
    (folder / "rsync").write_text(
        f"""#!/bin/bash
/usr/bin/rsync "$@" | {{ case "$*" in {which}) grep -v '^[*<>][^+]*\t.*take-0[1-8]' ;; *) cat ;; esac; }}
exit "${{PIPESTATUS[0]}}"
"""
    )
    (folder / "rsync").chmod(0o755)
    job.environment["PATH"] = f"{folder}:{os.environ['PATH']}"


@pytest.mark.parametrize("shell", SHELLS)
def test_no_point_is_made_where_rsync_lost_lines_from_the_middle(job: Job, tmp_path: Path, shell: str) -> None:
    job.shell = SHELLS[shell]
    job.fill(100)
    assert job.run().code == 0
    before = job.points()
    for take in list(job.source.iterdir())[:90]:
        take.write_text("encrypted!\n")
    lose_lines(job, tmp_path / "all", "*--stats*")
    outcome = job.run()
    assert (outcome.code, outcome["reason"]) == (1, "state-full"), outcome.record
    assert job.points() == before
    shutil.rmtree(job.target / ".partial")
    lose_lines(job, tmp_path / "one", "*--link-dest*")
    assert job.run()["reason"] == "brake-rewrites", "the trees are compared"
    assert job.points() == before


def test_nothing_is_pushed_where_rsync_lost_lines_from_the_middle(job: Job, door: Server, tmp_path: Path) -> None:
    pushed: Pushed = make_pushed(job, door)
    pushed.sender.fill(100)
    assert pushed.both().code == 0
    for take in list(pushed.sender.source.iterdir())[:80]:
        take.unlink()
    lose_lines(pushed.sender, tmp_path / "bin", "*--dry-run*")
    outcome = pushed.sender.run()
    assert (outcome.code, outcome["reason"]) == (1, "state-full"), outcome.record
    assert len(list(pushed.landing.iterdir())) == 100


@pytest.mark.parametrize("awk", AWKS)
def test_nothing_is_pushed_where_the_list_has_no_room(job: Job, door: Server, tmp_path: Path, awk: str) -> None:
    pushed: Pushed = make_pushed(job, door)
    pushed.sender.fill(100)
    assert pushed.both().code == 0
    for take in list(pushed.sender.source.iterdir())[:80]:
        take.unlink()
    fill_disk(pushed.sender, tmp_path / "bin", awk, "list=")
    outcome = pushed.sender.run()
    assert (outcome.code, outcome["reason"]) == (1, "state-full"), outcome.record
    assert len(list(pushed.landing.iterdir())) == 100
    fill_disk(pushed.keeper, tmp_path / "other", awk, "list=")
    pushed.sender.environment.clear()
    refused = pushed.sender.run()
    assert pushed.keeper.run()["reason"] == "brake-deletions", "the sender's own word"
    pushed.sender.accept(refused["run"])
    assert pushed.sender.run().code == 0
    kept = pushed.keeper.run()
    assert (kept.code, kept["reason"]) == (1, "state-full"), kept.record
    assert len(pushed.keeper.points()) == 1


@pytest.mark.parametrize("shell", SHELLS)
def test_no_push_ends_without_the_count_that_a_full_disk_lost(
    job: Job, door: Server, tmp_path: Path, shell: str
) -> None:
    """rsync ends well although nothing that it said has found room; only a rsync that cannot count sends no number."""
    pushed: Pushed = make_pushed(job, door)
    pushed.sender.shell = SHELLS[shell]
    pushed.sender.fill(5)
    (tmp_path / "rsync").write_text(
        """#!/bin/sh
case "$*" in *--dry-run* | *--version*) exec /usr/bin/rsync "$@" ;; esac
exec /usr/bin/rsync "$@" >/dev/full
"""
    )
    (tmp_path / "rsync").chmod(0o755)
    pushed.sender.environment["PATH"] = f"{tmp_path}:{os.environ['PATH']}"
    outcome = pushed.sender.run()
    assert not (pushed.records / "ended").exists(), (pushed.records / "ended").read_text()
    assert (outcome.code, outcome["reason"]) == (1, "state-full"), outcome.record
    assert pushed.keeper.run()["reason"] == "incomplete"
    pushed.sender.environment.clear()
    assert pushed.both()["files"] == 5


def lose_words(job: Job, folder: Path, when: str) -> None:
    """From now on there is no room for what rsync says where it is given these words; it ends well all the same."""
    text = f'case "$*" in *--version*) ;; *{when}*) exec /usr/bin/rsync "$@" >/dev/full ;; esac'
    (folder / "rsync").write_text(f'#!/bin/sh\n{text}\nexec /usr/bin/rsync "$@"\n')
    (folder / "rsync").chmod(0o755)
    job.environment["PATH"] = f"{folder}:{os.environ['PATH']}"


def test_what_rsync_said_and_was_lost_is_no_fault_of_the_wire(job: Job, door: Server, tmp_path: Path) -> None:
    job.fill(5)
    lose_words(job, tmp_path, "--stats")
    made = job.run()
    assert (made.code, made["reason"]) == (1, "state-full"), made.record
    pushed: Pushed = make_pushed(job, door)
    lose_words(pushed.sender, tmp_path, "--dry-run")
    outcome = pushed.sender.run()
    assert (outcome.code, outcome["reason"]) == (1, "state-full"), outcome.record
    assert list(pushed.landing.iterdir()) == []


@pytest.mark.parametrize("room", [0, 1])
@pytest.mark.parametrize("shell", SHELLS)
def test_a_full_disk_of_the_keeper_s_records_is_told_as_one(job: Job, door: Server, shell: str, room: int) -> None:
    """Without any room not even the lock can be written; with a little of it the lock can, and the record cannot."""
    pushed: Pushed = make_pushed(job, door)
    pushed.keeper.shell = SHELLS[shell]
    identity = pushed.sender.values["id"]
    call("mount", "-t", "tmpfs", "-o", "size=64k,mode=0700", "tmpfs", pushed.records)
    try:
        shutil.chown(pushed.records, RECEIVER, RECEIVER)
        (pushed.records / "full").write_bytes(b"x" * (64 - 4 * room) * 1024)
        done = pushed.ask(f"begin {identity}")
        assert (done.returncode, done.stderr.splitlines()[-1]) == (5, b"studio-backup-gate: refused no-space"), done
        assert list((pushed.records / "lock").iterdir()) == []
        (pushed.records / "full").unlink()
        assert pushed.ask(f"begin {identity}").returncode == 0
    finally:
        call("umount", pushed.records)


@pytest.mark.parametrize("awk", AWKS)
@pytest.mark.parametrize("when", ["list=", "scratch.alike"])
def test_nothing_is_cloned_where_the_list_has_no_room(
    bench: Bench, request: pytest.FixtureRequest, tmp_path: Path, awk: str, when: str
) -> None:
    name = f"f{abs(hash(request.node.nodeid)) % 10**6}"
    source, target = bench.make_volume(f"{name}a"), bench.make_volume(f"{name}b")
    clone = build_job(bench, source, target, name)
    clone.source.rmdir()
    clone.target.rmdir()
    clone.source = source.root / "all"
    clone.source.mkdir()
    clone.set(
        source_path=str(source.root), target=str(target.root), mode="clone", alike="2",
        options_rsync_3="-rltHS --modify-window=2 --update --delete-after --no-h --stats",
    )  # fmt: skip
    clone.fill(100)
    assert clone.run()["files"] == 100, clone.log()
    shutil.rmtree(clone.source)
    clone.source.mkdir()
    (clone.source / "one.wav").write_text("one\n")
    fill_disk(clone, tmp_path / "bin", awk, when)
    outcome = clone.run()
    assert (outcome.code, outcome["reason"]) == (1, "state-full"), outcome.record
    assert len(list((target.root / "all").iterdir())) == 100


@pytest.mark.parametrize("shell", SHELLS)
def test_nothing_is_cloned_where_a_listing_has_no_room(
    bench: Bench, request: pytest.FixtureRequest, tmp_path: Path, shell: str
) -> None:
    """BusyBox's `ls` and `stat` end well although nothing was written: what was not listed would be no deletion."""
    name = f"l{abs(hash(request.node.nodeid)) % 10**6}"
    source, target = bench.make_volume(f"{name}a"), bench.make_volume(f"{name}b")
    clone = build_job(bench, source, target, name)
    clone.shell = SHELLS[shell]
    clone.source.rmdir()
    clone.target.rmdir()
    clone.source = source.root / "all"
    clone.source.mkdir()
    options = "-rlptgoDHS --numeric-ids --update --delete-after --no-h --stats"
    clone.set(source_path=str(source.root), target=str(target.root), mode="clone", options_rsync_3=options)
    clone.fill(100)
    assert clone.run()["files"] == 100, clone.log()
    shutil.rmtree(clone.source)
    clone.source.mkdir()
    (clone.source / "one.wav").write_text("one\n")
    runs = clone.state / "runs"
    call("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", runs)
    try:
        (tmp_path / "ls").write_text(
            f"""#!/bin/sh
case $PWD in {target.root}) dd if=/dev/zero of={runs}/filler bs=4k 2>/dev/null ;; esac
exec busybox ls "$@"
"""
        )
        (tmp_path / "ls").chmod(0o755)
        clone.environment["PATH"] = f"{tmp_path}:{os.environ['PATH']}"
        outcome = clone.run()
    finally:
        call("umount", runs)
    assert len(list((target.root / "all").iterdir())) == 100
    assert (outcome.code, outcome["reason"]) == (1, "state-full"), outcome.record
