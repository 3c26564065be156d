"""Snapshots sent to another volume: incremental, resumed after a month, cut, killed, and never by a foreign path."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shells.job_bench import SHELLS, Bench, Volume, call
from tests.shells.job_running import Job, build_job
from tests.shells.job_server import Server
from tests.shells.snapshot_bench import build_replica, build_snapshots, make_pulled, subvolumes

HOUR = 3600


@pytest.fixture
def snapshots(bench: Bench, field: Volume, request: pytest.FixtureRequest) -> Iterator[Job]:
    built = build_snapshots(bench, field, f"r{abs(hash(request.node.nodeid)) % 10**9}")
    built.fill(10)
    yield built
    for point in built.points():
        call("btrfs", "subvolume", "delete", built.target / "points" / point)
    call("btrfs", "subvolume", "delete", built.source)


@pytest.fixture
def replica(bench: Bench, snapshots: Job, pool: Volume) -> Job:
    return build_replica(bench, snapshots, pool)


@pytest.fixture
def pulled(replica: Job, snapshots: Job, server: Server) -> Job:
    return make_pulled(replica, snapshots, server)


def make(snapshots: Job, *hours: int, size: int = 0) -> list[str]:
    """A snapshot at each of these hours from now, every one with something new in it."""
    made = []
    for hour in hours:
        snapshots.at(hour * HOUR)
        (snapshots.source / f"hour-{hour}.wav").write_bytes(os.urandom(size) or str(hour).encode())
        outcome = snapshots.run()
        assert outcome.code == 0, snapshots.log()
        made.append(str(outcome["restore_point"]))
    return made


def same(job: Job, other: Job, point: str) -> bool:
    words = ("rsync", "-aHn", "--delete", "--checksum", "--out-format=%i %n")
    left, right = (f"{one.target}/points/{point}/" for one in (job, other))
    return not [line for line in call(*words, left, right).splitlines() if not line.startswith(".d")]


@pytest.mark.parametrize("shell", SHELLS)
def test_what_is_new_arrives_through_the_gate(pulled: Job, snapshots: Job, shell: str) -> None:
    pulled.shell = SHELLS[shell]
    (snapshots.source / "closed").mkdir(mode=0o700)
    (snapshots.source / "closed" / "take").write_text("x")
    first = make(snapshots, 0, size=500_000)
    pulled.at(10 * HOUR)
    outcome = pulled.run()
    assert (outcome.code, outcome["restore_point"], outcome["files"]) == (0, first[0], 12), outcome.err + pulled.log()
    assert int(str(outcome["bytes"])) > 500_000
    assert pulled.run()["reason"] == "nothing-newer"
    more = make(snapshots, 1, 2)
    outcome = pulled.run()
    assert (outcome.code, outcome["created"], outcome["deleted"]) == (0, 2, 0), outcome.err + pulled.log()
    assert int(str(outcome["bytes"])) < 20_000, "on top of what is there already"
    assert pulled.points() == first + more
    assert all(same(snapshots, pulled, point) for point in pulled.points())
    assert call("btrfs", "property", "get", "-ts", pulled.newest(), "ro") == "ro=true"
    assert subvolumes(pulled.target / ".receiving") == []


@pytest.mark.parametrize("shell", SHELLS)
def test_what_is_new_arrives_from_another_volume_of_the_machine(replica: Job, snapshots: Job, shell: str) -> None:
    replica.shell = SHELLS[shell]
    made = make(snapshots, 0, 1)
    replica.at(10 * HOUR)
    outcome = replica.run()
    assert (outcome.code, replica.points()) == (0, made), outcome.err + replica.log()
    note = snapshots.state / "holds" / snapshots.values["id"] / replica.values["id"]
    assert note.read_text().split() == made


@pytest.mark.long
def test_after_a_month_away_forty_snapshots_arrive_one_on_top_of_the_other(pulled: Job, snapshots: Job) -> None:
    snapshots.set(keep_last="40")
    first = make(snapshots, 0, size=2_000_000)
    pulled.at(HOUR)
    assert pulled.run().code == 0, pulled.log()
    month = make(snapshots, *range(18, 40 * 18 + 1, 18))
    assert len(month) == 40
    assert snapshots.points() == first + month, "retention keeps 40, and what the other end has"
    pulled.at(41 * 18 * HOUR)
    outcome = pulled.run()
    assert (outcome.code, outcome["reason"]) == (0, None), pulled.log()
    assert pulled.points() == first + month
    assert int(str(outcome["bytes"])) < 1_000_000, "never the whole again"
    assert "sent whole" not in pulled.log().split("run ")[-1]
    later = make(snapshots, 41 * 18)
    assert snapshots.points() == month[1:] + later, "what is held now is the newest that was sent"


def test_retention_of_the_replica_keeps_what_both_ends_have(replica: Job, snapshots: Job) -> None:
    replica.set(keep_last="2")
    made = make(snapshots, 0, 1, 2, 3, 4)
    replica.at(10 * HOUR)
    assert replica.run().code == 0, replica.log()
    assert replica.points() == made[-2:], "what would go again at once was not sent"
    assert replica.log().count("received ") == 2
    assert (replica.state / "holds" / replica.values["id"] / replica.values["id"]).read_text().split() == made[-1:]


def test_points_that_rsync_made_on_btrfs_are_sent_on(bench: Bench, work: Volume, field: Volume, pool: Volume) -> None:
    """The usual chain: a workstation without snapshots, the NAS, and the vault that is sent what the NAS has."""
    first = build_job(bench, work, field, "chained", store="btrfs")
    first.fill(20)
    (first.source / "link").symlink_to("/etc/hostname")
    (first.source / "big.wav").write_bytes(os.urandom(2_000_000))
    assert first.run().code == 0, first.log()
    sent = build_replica(bench, first, pool)
    sent.set(
        **{key.replace("target", "source"): first.values[key] for key in ("target_volume", "target_root", "target_id")}
    )
    outcome = sent.run()
    assert (outcome.code, sent.points()) == (0, first.points()), outcome.err + sent.log()
    (first.source / "take-003.wav").unlink()
    (first.source / "more").write_text("x")
    assert first.run().code == 0, first.log()
    outcome = sent.run()
    assert (outcome.code, outcome["created"], outcome["deleted"]) == (0, 1, 1), outcome.err + sent.log()
    assert int(str(outcome["bytes"])) < 20_000, "on top of the one before"
    assert all(same(first, sent, point) for point in first.points())


def test_one_point_a_period_of_the_replica(replica: Job, snapshots: Job) -> None:
    hours = [hour - int(time.time()) % (24 * HOUR) // HOUR for hour in (25, 30, 40, 49, 50, 60)]
    made = make(snapshots, *hours)
    replica.at(100 * HOUR)
    assert replica.set(period=str(24 * HOUR)).run(manual=False).code == 0, replica.log()
    assert replica.points() == [made[2], made[5]]


def test_a_note_of_a_copy_that_left_the_spec_holds_nothing(pulled: Job, snapshots: Job) -> None:
    make(snapshots, 0)
    pulled.at(HOUR)
    assert pulled.run().code == 0, pulled.log()
    snapshots.set(keep_last="1")
    assert len(snapshots.points()) == 1
    make(snapshots, 1)
    assert len(snapshots.points()) == 2
    (pulled.program / "gate.d" / "nas" / f"{snapshots.values['id']}.conf").unlink()
    make(snapshots, 2)
    assert len(snapshots.points()) == 1


def test_without_a_common_snapshot_it_is_sent_whole_and_judged(replica: Job, snapshots: Job) -> None:
    """Points of the same name that rsync made are no common snapshots."""
    made = make(snapshots, 0)
    (replica.target / "points").mkdir()
    call("btrfs", "subvolume", "create", replica.target / "points" / made[0])
    (replica.target / ".studio-backup-copy").write_text(f"northlight\t{replica.values['dataset']}\ton-nas\n")
    for number in range(300):
        (replica.target / "points" / made[0] / f"other-{number}").write_text("x")
    make(snapshots, 1)
    replica.at(10 * HOUR)
    refused = replica.run()
    assert (refused.code, refused["reason"], refused["deleted"]) == (5, "brake-deletions", 300), replica.log()
    assert "sent whole" in replica.log()
    assert replica.points() == made
    replica.accept(refused["run"])
    assert replica.run()["accepted_by"] == "Kim Lee", replica.log()
    assert same(snapshots, replica, replica.points()[-1])
    assert subvolumes(replica.target / ".receiving") == [], "what was refused is gone with the next run"


def test_the_brake_looks_at_every_snapshot(replica: Job, snapshots: Job) -> None:
    snapshots.set(brake_files="1000")
    snapshots.fill(200, "song")
    made = make(snapshots, 0)
    replica.at(10 * HOUR)
    assert replica.run().code == 0, replica.log()
    for path in snapshots.source.glob("song*"):
        path.write_text("encrypted, and longer than before")
    made += make(snapshots, 1, 2)
    refused = replica.run()
    assert (refused.code, refused["reason"], refused["rewritten"]) == (5, "brake-rewrites", 200), replica.log()
    assert replica.points() == made[:1]
    note = snapshots.state / "holds" / snapshots.values["id"] / replica.values["id"]
    assert note.read_text().split() == made[:2], "what the other end has stays held"


def receiving(job: Job) -> None:
    """Wait until part of a stream has arrived."""
    for _ in range(400):
        if any(path.stat().st_size for path in job.target.glob(".receiving/*/*/hour*")):
            return
        time.sleep(0.01)
    pytest.fail(f"nothing arrives: {job.log()}")


@pytest.mark.parametrize("number", [signal.SIGKILL, pytest.param(signal.SIGTERM, marks=pytest.mark.long)])
def test_killed_half_way_the_next_run_goes_on(pulled: Job, snapshots: Job, number: int) -> None:
    made = make(snapshots, 0)
    pulled.at(10 * HOUR)
    assert pulled.run().code == 0, pulled.log()
    made += make(snapshots, 1, size=1000) + make(snapshots, 2, size=30_000_000)
    started = pulled.start()
    receiving(pulled)
    os.kill(started.pid, number)
    started.communicate(timeout=60)
    assert made[2] not in pulled.points()
    outcome = pulled.run()
    assert (outcome.code, outcome["restore_point"]) == (0, made[2]), pulled.log()
    assert pulled.points() == made
    assert all(same(snapshots, pulled, point) for point in made)
    assert not (pulled.target / ".receiving").exists() or subvolumes(pulled.target / ".receiving") == []
    words = [record["reason"] for record in pulled.records()]
    assert ("interrupted" if number == signal.SIGKILL else "stopped") in words


def sender_of(server: Server) -> int:
    """The process of `btrfs send` that our sshd started."""
    for _ in range(400):
        for entry in Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
            except OSError:
                continue
            if words[1:2] == [b"send"] and str(server.folder.parent).encode() in b" ".join(words):
                return int(entry.name)
        time.sleep(0.01)
    pytest.fail("nothing is sent")


def test_a_stream_that_is_cut_makes_no_point(pulled: Job, snapshots: Job, server: Server) -> None:
    made = make(snapshots, 0, size=30_000_000)
    pulled.at(10 * HOUR)
    started = pulled.start()
    os.kill(sender_of(server), signal.SIGKILL)
    started.communicate(timeout=60)
    record = pulled.records()[-1]
    assert (record["result"], record["reason"]) == ("failed", "rsync-network"), pulled.log()
    assert pulled.points() == []
    assert not (pulled.target / ".receiving").exists()
    assert (pulled.run().code, pulled.points()) == (0, made), pulled.log()


def test_a_volume_that_is_full_makes_no_point(bench: Bench, snapshots: Job, server: Server) -> None:
    small = bench.make_volume(f"small-{snapshots.source.name}", "btrfs", 128)
    full = make_pulled(build_replica(bench, snapshots, small), snapshots, server)
    make(snapshots, 0, size=100_000_000)
    full.at(10 * HOUR)
    outcome = full.run()
    assert (outcome["result"], outcome["reason"]) in (("failed", "no-space"), ("refused", "no-space")), full.log()
    assert full.points() == []
    assert not (full.target / ".receiving").exists()


def test_nobody_answers_is_away(pulled: Job, snapshots: Job) -> None:
    make(snapshots, 0)
    pulled.set(sources=pulled.values["sources"].replace("127.0.0.1", "127.0.0.3"))
    assert (pulled.run()["result"], pulled.points()) == ("away", [])


def test_a_preview_says_what_would_change_and_writes_nothing(pulled: Job, snapshots: Job) -> None:
    make(snapshots, 0)
    pulled.at(10 * HOUR)
    assert pulled.run().code == 0, pulled.log()
    make(snapshots, 1)
    seen = pulled.run("preview")
    assert (seen.code, "created\thour-1.wav" in seen.out.splitlines(), seen["created"]) == (0, True, 1), seen.out
    assert len(pulled.points()) == 1


def stand_in(job: Job, name: str, lines: str) -> None:
    job.at(10 * HOUR)
    program = job.state.parent / "hooks" / name
    program.write_text(f"#!/bin/sh\n{lines}\n")
    program.chmod(0o755)


#: The program that writes a list, what stops it short, and which list that is.
CUT_LISTS = {
    "wanted": ("awk", 'case "$*" in *decided=1*) trap "" XFSZ; ulimit -f 0 ;; esac\nexec /usr/bin/awk "$@"'),
    "wanted busybox": ("awk", 'case "$*" in *decided=1*) trap "" XFSZ; ulimit -f 0 ;; esac\nexec busybox awk "$@"'),
    "source": ("sort", '[ $# -gt 0 ] || { /usr/bin/sort | head -n 1; exit 2; }\nexec /usr/bin/sort "$@"'),
    "answer": (
        "ssh",
        'case "$*" in *snapshots*) dd if=/dev/zero of=FULL bs=4k 2>/dev/null ;; esac\nexec /usr/bin/ssh "$@"',
    ),
}


@pytest.mark.parametrize("cut", CUT_LISTS)
def test_a_list_that_a_full_disk_cut_is_not_all_there_is_to_do(pulled: Job, snapshots: Job, cut: str) -> None:
    """One that ends early told of nothing newer, or of nothing to fetch, and the run was called good."""
    make(snapshots, 0)
    pulled.at(10 * HOUR)
    assert pulled.run().code == 0, pulled.log()
    before = pulled.points()
    make(snapshots, 1)
    runs = pulled.state / "runs"
    call("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", runs)
    try:
        runs.chmod(0o755)
        name, lines = CUT_LISTS[cut]
        stand_in(pulled, name, lines.replace("FULL", str(runs / "full")))
        (runs / "full").touch()
        (runs / "full").chmod(0o666)
        outcome = pulled.run()
    finally:
        call("umount", runs)
    assert (outcome.code, outcome["result"], outcome["reason"]) == (1, "failed", "state-full"), outcome.record
    assert pulled.points() == before
    (pulled.state.parent / "hooks" / name).unlink()
    assert pulled.run().code == 0, pulled.log()
    assert len(pulled.points()) == 2
