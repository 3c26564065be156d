"""What cannot be read is not absent: a job that cannot see its points, or what is held, stops and says so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shells.job_bench import SHELLS, Bench, Volume, call
from tests.shells.job_running import Job
from tests.shells.job_server import Server, write_gate
from tests.shells.snapshot_bench import build_replica, build_snapshots, make_pulled
from tests.shells.test_gate import ask, refusal

COPY = "ws-a_s_snapshots"
#: One shell each time, the others in the long run.
EVERY = [pytest.param(shell, marks=[] if shell == "dash" else pytest.mark.long) for shell in SHELLS]


@pytest.fixture
def snapshots(bench: Bench, field: Volume, request: pytest.FixtureRequest) -> Iterator[Job]:
    built = build_snapshots(bench, field, f"u{abs(hash(request.node.nodeid)) % 10**9}")
    built.fill(5)
    assert built.run().code == 0, built.log()
    yield built
    call("btrfs", "subvolume", "delete", built.source)


@pytest.fixture
def replica(bench: Bench, snapshots: Job, pool: Volume) -> Job:
    """Has one point, and the source has one more."""
    built = build_replica(bench, snapshots, pool)
    assert built.run().code == 0, built.log()
    (snapshots.source / "more").write_text("x")
    assert snapshots.run().code == 0, snapshots.log()
    return built


def break_btrfs(folder: Path, path: Path, said: str = "") -> str:
    """A PATH on which btrfs cannot show what lies at a path, or says only this of it."""
    folder.mkdir(exist_ok=True)
    hook = folder / "btrfs"
    hook.write_text(
        f'#!/bin/sh\ncase "$1 $2 $3" in "subvolume show {path}") printf "{said}"; exit 1 ;; esac\n'
        'exec /usr/bin/btrfs "$@"\n'
    )
    hook.chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def became_a_file(folder: Path) -> Path:
    """Puts the folder aside: what stands there now is nothing that root can list."""
    aside = folder.with_name(f"{folder.name}-aside")
    folder.rename(aside)
    folder.write_text("")
    return aside


@pytest.mark.parametrize("shell", EVERY)
@pytest.mark.parametrize("said", ["", "UUID: 01234567-0123-0123-0123-0123456789ab\\n"])
def test_nothing_is_sent_whole_because_a_point_cannot_be_read(replica: Job, shell: str, said: str) -> None:
    replica.shell = SHELLS[shell]
    there = replica.points()
    replica.environment["PATH"] = break_btrfs(replica.conf.parent / "broken", replica.newest(), said)
    outcome = replica.run()
    assert (outcome["result"], outcome["reason"]) == ("failed", "target-unread"), replica.log()
    assert replica.points() == there
    del replica.environment["PATH"]
    outcome = replica.run()
    assert (outcome.code, outcome["created"], len(replica.points())) == (0, 1, 2), replica.log()
    assert "sent whole" not in replica.log().split("run ")[-1]


def test_nothing_is_sent_while_a_snapshot_of_the_source_cannot_be_read(replica: Job, snapshots: Job) -> None:
    """It may be the very one that both ends have."""
    first = snapshots.target / "points" / snapshots.points()[0]
    replica.environment["PATH"] = break_btrfs(replica.conf.parent / "broken", first)
    outcome = replica.run()
    assert (outcome["result"], outcome["reason"]) == ("refused", "source-unread"), replica.log()
    assert len(replica.points()) == 1


@pytest.mark.parametrize("shell", EVERY)
def test_the_gate_lists_all_or_says_that_it_cannot(snapshots: Job, shell: str) -> None:
    values = {"kind": "points", "send": "btrfs", "takers": "ws-a_s_far", "path": str(snapshots.target)}
    write_gate(snapshots, COPY, **values, state=str(snapshots.state))
    point = snapshots.points()[0]
    path = break_btrfs(snapshots.conf.parent / "broken", snapshots.newest())
    assert ask(snapshots, f"snapshots {COPY}", shell=shell, PATH=path) == refusal("source-unread")
    asked = f"send {COPY} ws-a_s_far {point}"
    assert ask(snapshots, asked, shell=shell, PATH=path) == refusal("source-unread")
    aside = became_a_file(snapshots.target / "points")
    for verb in ("points", "newest", "snapshots"):
        assert ask(snapshots, f"{verb} {COPY}", shell=shell) == refusal("source-unread")
    (snapshots.target / "points").unlink()
    aside.rename(snapshots.target / "points")


@pytest.mark.parametrize("shell", EVERY)
def test_points_that_cannot_be_listed_are_not_none(replica: Job, snapshots: Job, shell: str) -> None:
    """Else the brake would have nothing to compare with, and everything would be copied anew."""
    for job, result, reason in ((snapshots, "refused", "target-unread"), (replica, "refused", "source-unread")):
        job.shell = SHELLS[shell]
        aside = became_a_file(snapshots.target / "points")
        outcome = job.run()
        assert (outcome["result"], outcome["reason"]) == (result, reason), job.log()
        assert job.run("retain-preview").out == "" or job is replica
        (snapshots.target / "points").unlink()
        aside.rename(snapshots.target / "points")


def test_a_puller_is_told_that_the_source_cannot_be_read(replica: Job, snapshots: Job, server: Server) -> None:
    """Through the real gate: neither "there are none yet" nor a whole stream."""
    pulled = make_pulled(replica, snapshots, server)
    there = pulled.points()
    aside = became_a_file(snapshots.target / "points")
    outcome = pulled.run()
    assert (outcome["result"], outcome["reason"]) == ("refused", "source-unread"), pulled.log()
    (snapshots.target / "points").unlink()
    aside.rename(snapshots.target / "points")
    outcome = pulled.run()
    assert (outcome.code, pulled.points()[:-1]) == (0, there), pulled.log()
    assert "sent whole" not in pulled.log()


def note_of(snapshots: Job, replica: Job) -> Path:
    return snapshots.state / "holds" / snapshots.values["id"] / replica.values["id"]


def rotates_nothing(snapshots: Job) -> None:
    before = snapshots.points()
    outcome = snapshots.set(keep_last="1").run()
    assert (outcome["result"], outcome["reason"]) == ("failed", "hold-unread"), snapshots.log()
    assert snapshots.points() == [*before, outcome["restore_point"]], "it is made, and nothing goes"
    assert snapshots.run("retain-preview").code != 0


@pytest.mark.parametrize("shell", EVERY)
def test_retention_stops_when_it_cannot_read_what_another_end_rests_on(
    replica: Job, snapshots: Job, shell: str
) -> None:
    snapshots.shell = SHELLS[shell]
    note = note_of(snapshots, replica)
    aside = became_a_file(note.parent)
    rotates_nothing(snapshots)
    note.parent.unlink()
    aside.rename(note.parent)

    said = note.read_text()
    note.unlink()
    note.mkdir()
    rotates_nothing(snapshots)
    note.rmdir()
    note.write_text(said)
    assert snapshots.run().code == 0, snapshots.log()
    assert snapshots.points()[0] == said.split()[0], "what both have stays, whatever the rules say"


def test_retention_stops_when_it_cannot_read_whether_the_gate_still_sends(replica: Job, snapshots: Job) -> None:
    note = note_of(snapshots, replica)
    (note.parent / "nas.ws-a_s_far").write_text(note.read_text())
    gate = snapshots.program / "gate.d" / "nas" / f"{snapshots.values['id']}.conf"
    gate.mkdir(parents=True)
    rotates_nothing(snapshots)
    gate.rmdir()
    aside = became_a_file(gate.parent)
    gate.parent.unlink()
    assert snapshots.run().code == 0, "nobody is let in any more: proven"
    aside.rename(gate.parent)
