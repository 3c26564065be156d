"""What a source that lies can do with a stream: nothing outside the folder that is received into."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shells.btrfs_stream import CHMOD, MKFILE, RENAME, UNLINK, command, number, stream
from tests.shells.job_bench import Bench, Volume, call
from tests.shells.job_running import Job
from tests.shells.snapshot_bench import build_replica, build_snapshots

NEXT = "2030-01-01T00-00-00Z"
OWN = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def replica(bench: Bench, field: Volume, pool: Volume, request: pytest.FixtureRequest) -> Iterator[Job]:
    """A copy with one point, whose source lists another one from now on: what it sends is for a test to say."""
    snapshots = build_snapshots(bench, field, f"l{abs(hash(request.node.nodeid)) % 10**9}")
    snapshots.fill(3)
    assert snapshots.run().code == 0
    built = build_replica(bench, snapshots, pool)
    built.at(1)
    assert built.run().code == 0, built.log()
    yield built
    call("btrfs", "subvolume", "delete", snapshots.source)


def lie(replica: Job, sent: bytes) -> None:
    """From now on `btrfs send` says this, and `btrfs subvolume show` of the next point what a snapshot would say."""
    hooks = replica.state.parent / "hooks"
    (hooks / "sent").write_bytes(sent)
    program = f"""#!/bin/sh
case "$1 $3" in
  "send "*) exec cat {hooks}/sent ;;
  "subvolume {replica.values["source_path"]}/points/{NEXT}") printf 'UUID: {OWN}\\nFlags: readonly\\n' ;;
  *) exec /usr/bin/btrfs "$@" ;;
esac
"""
    (hooks / "btrfs").write_text(program)
    (hooks / "btrfs").chmod(0o755)
    call("btrfs", "subvolume", "create", Path(replica.values["source_path"]) / "points" / NEXT)
    replica.at(130_000_000)


def everything(replica: Job) -> list[str]:
    """Every name on the volume but what the job itself writes, with what `ls` says of it."""
    listed = call(
        "find", replica.values["target_root"], "-path", "*/.receiving", "-prune", "-o", "-printf", "%p %m %l\n"
    )
    return sorted(listed.splitlines())


def test_a_stream_made_by_hand_is_received(replica: Job) -> None:
    """Otherwise the tests below would prove nothing."""
    name = NEXT.encode()
    take = (command(MKFILE, path=b"o1", ino=number(257)), command(RENAME, path=b"o1", path_to=b"take"))
    lie(replica, stream(NEXT, OWN, *take))
    outcome = replica.set(brake_files="1000").run()
    assert (outcome.code, outcome["restore_point"]) == (0, name.decode()), replica.log()
    assert [path.name for path in replica.newest().iterdir()] == ["take"]


OUT = b"../../.."


@pytest.mark.parametrize(
    "evil",
    [
        command(MKFILE, path=OUT + b"/planted", ino=number(257)),
        command(UNLINK, path=OUT + b"/.studio-backup-copy"),
        command(UNLINK, path=OUT + b"/../.studio-backup-volume"),
        command(RENAME, path=OUT + b"/points", path_to=OUT + b"/lost"),
        command(CHMOD, path=OUT + b"/.studio-backup-copy", mode=number(0o777)),
        command(MKFILE, path=b"../" * 20 + b"etc/planted-by-a-stream", ino=number(257)),
        command(MKFILE, path=b"../" * 20 + b"tmp/planted-by-a-stream", ino=number(257)),
    ],
)
def test_a_stream_reaches_nothing_but_its_own_folder(replica: Job, evil: bytes) -> None:
    before, made = everything(replica), replica.points()
    lie(replica, stream(NEXT, OWN, evil))
    outcome = replica.run()
    assert (outcome.code, outcome["reason"]) == (1, "receive"), replica.log()
    assert (everything(replica), replica.points()) == (before, made)
    assert not Path("/etc/planted-by-a-stream").exists()
    assert not Path("/tmp/planted-by-a-stream").exists()


def test_another_snapshot_than_the_one_that_was_promised_is_none(replica: Job) -> None:
    made = replica.points()
    take = command(MKFILE, path=b"take", ino=number(257))
    for name, own in ((NEXT, OWN.replace("1", "9")), ("2031-01-01T00-00-00Z", OWN), ("points", OWN)):
        lie_again(replica, stream(name, own, take))
        outcome = replica.run()
        assert (outcome.code, outcome["result"], replica.points()) == (1, "failed", made), replica.log()
        assert not (replica.target / ".receiving").exists()


def lie_again(replica: Job, sent: bytes) -> None:
    point = Path(replica.values["source_path"]) / "points" / NEXT
    if point.exists():
        call("btrfs", "subvolume", "delete", point)
    lie(replica, sent)


def test_a_stream_that_ends_early_is_no_snapshot(replica: Job) -> None:
    """At every command's end: the sender says that all is well, and the end of the stream does not."""
    made = replica.points()
    parts = [command(MKFILE, path=b"take-%d" % count, ino=number(257 + count)) for count in range(3)]
    whole = stream(NEXT, OWN, *parts)
    ends = [len(whole) - len(command(21)) - sum(map(len, parts[count:])) for count in range(4)]
    for end in ends:
        lie_again(replica, whole[:end])
        outcome = replica.run()
        assert (outcome.code, replica.points()) == (1, made), (end, replica.log())
