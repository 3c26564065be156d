"""What a key that may be sent snapshots can ask for, and everything it may not, stolen or not."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from tests.shells.job_bench import SHELLS, Bench, Volume, call
from tests.shells.job_running import Job
from tests.shells.job_server import write_gate
from tests.shells.snapshot_bench import build_snapshots
from tests.shells.test_gate import ask, refusal

OTHER = "2026-11-22T02-30-00Z"


@pytest.fixture
def snapshots(bench: Bench, field: Volume, request: pytest.FixtureRequest) -> Iterator[Job]:
    built = build_snapshots(bench, field, f"g{abs(hash(request.node.nodeid)) % 10**9}")
    built.fill(5)
    assert built.run().code == 0
    allow(built)
    yield built
    call("btrfs", "subvolume", "delete", built.source)


def allow(job: Job, **values: str) -> None:
    values = {
        "kind": "points",
        "send": "btrfs",
        "takers": "ws-a_s_far",
        "path": str(job.target),
        "state": str(job.state),
        **values,
    }
    write_gate(job, "ws-a_s_snapshots", **values)


def holds(job: Job) -> list[str]:
    note = job.state / "holds" / "ws-a_s_snapshots" / "nas.ws-a_s_far"
    return note.read_text().split() if note.exists() else []


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_lists_and_sends(snapshots: Job, shell: str) -> None:
    (snapshots.source / "more").write_text("x")
    assert snapshots.run().code == 0, snapshots.log()
    first, second = snapshots.points()
    code, out, _ = ask(snapshots, "snapshots ws-a_s_snapshots", shell=shell)
    ids = dict(line.split("\t") for line in out.decode().splitlines())
    assert (code, list(ids)) == (0, [first, second])
    shown = call("btrfs", "subvolume", "show", snapshots.target / "points" / second)
    assert f"UUID: \t\t\t{ids[second]}" in shown
    code, out, _ = ask(snapshots, f"send ws-a_s_snapshots ws-a_s_far {first}", shell=shell)
    assert (code, out[:13], holds(snapshots)) == (0, b"btrfs-stream\0", [first])
    whole = len(out)
    code, out, _ = ask(snapshots, f"send ws-a_s_snapshots ws-a_s_far {second} {first}", shell=shell)
    assert (code, out[:13], holds(snapshots)) == (0, b"btrfs-stream\0", [first, second])
    assert len(out) < whole
    dumped = subprocess.run(["btrfs", "receive", "--dump"], input=out, capture_output=True, check=True).stdout.decode()
    assert dumped.startswith("snapshot"), "on top of the other one"


@pytest.mark.parametrize(
    "line",
    [
        "send ws-a_s_snapshots",
        "send ws-a_s_snapshots ws-a_s_far",
        f"send ws-a_s_snapshots {OTHER}",
        f"send ws-a_s_snapshots ws-a_s_near {OTHER}",
        f"send ws-a_s_snapshots * {OTHER}",
        f"send ws-a_s_snapshots ../x {OTHER}",
        "send ws-a_s_snapshots ws-a_s_far /etc",
        "send ws-a_s_snapshots ws-a_s_far ../..",
        "send ws-a_s_snapshots ws-a_s_far . .",
        "send ws-a_s_snapshots ws-a_s_far -f",
        f"send ws-a_s_snapshots ws-a_s_far -p {OTHER}",
        f"send ws-a_s_snapshots ws-a_s_far {OTHER}/../../..",
        f"send ws-a_s_snapshots ws-a_s_far {OTHER} {OTHER} {OTHER}",
        f"send ws-a_s_snapshots ws-a_s_far {OTHER} /etc",
        f"send ws-a_s_snapshots ws-a_s_far {OTHER}\nid",
        f"send ws-a_s_snapshots ws-a_s_far {OTHER};id",
        "snapshots ws-a_s_snapshots more",
        "snapshots",
        "send",
        "receive ws-a_s_snapshots",
        f"delete ws-a_s_snapshots {OTHER}",
    ],
)
def test_what_is_no_request_is_refused(snapshots: Job, line: str) -> None:
    assert ask(snapshots, line) == refusal("request")
    assert holds(snapshots) == []


def test_only_snapshots_of_ours_that_are_read_only_are_sent(snapshots: Job) -> None:
    point = snapshots.points()[0]
    assert ask(snapshots, f"send ws-a_s_snapshots ws-a_s_far {OTHER}") == refusal("no-points")
    assert ask(snapshots, f"send ws-a_s_snapshots ws-a_s_far {point} {OTHER}") == refusal("no-points")
    (snapshots.target / "points" / OTHER).symlink_to(snapshots.target / "points" / point)
    assert ask(snapshots, f"send ws-a_s_snapshots ws-a_s_far {OTHER}") == refusal("no-points")
    (snapshots.target / "points" / OTHER).unlink()
    call("btrfs", "subvolume", "create", snapshots.target / "points" / OTHER)
    (snapshots.target / "points" / OTHER / "x").write_text("x")
    assert ask(snapshots, f"send ws-a_s_snapshots ws-a_s_far {OTHER}") == refusal("no-points")
    code, out, _ = ask(snapshots, "snapshots ws-a_s_snapshots")
    assert (code, [line.split("\t")[0] for line in out.decode().splitlines()]) == (0, [point])
    assert holds(snapshots) == []


def test_a_key_that_may_copy_files_is_not_sent_snapshots(snapshots: Job) -> None:
    point = snapshots.points()[0]
    for values in ({"send": ""}, {"kind": "data", "path": str(snapshots.source)}):
        allow(snapshots, **values)
        assert ask(snapshots, f"send ws-a_s_snapshots ws-a_s_far {point}") == refusal("request")
    allow(snapshots, send="")
    assert ask(snapshots, "snapshots ws-a_s_snapshots") == refusal("request")
    assert ask(snapshots, f"send ws-a_s_snapshots ws-a_s_far {point}", key="other") == refusal("unknown-dataset")


def test_the_guards_of_the_source_hold_here_too(snapshots: Job) -> None:
    point = snapshots.points()[0]
    for values, reason in (
        ({"id": "x"}, "source-wrong-volume"),
        ({"root": "/nowhere"}, "source-unmounted"),
        ({"volume": "x/y"}, "source-sentinel"),
        ({"state": ""}, "config"),
        ({"state": "/proc/nowhere"}, "hold"),
        ({"floor": "6"}, "too-few-files"),
    ):
        allow(snapshots, **values)
        assert ask(snapshots, f"send ws-a_s_snapshots ws-a_s_far {point}") == refusal(reason), values


def test_all_that_a_stolen_key_does_to_the_source_is_to_keep_a_snapshot(snapshots: Job) -> None:
    """What it notes falsely costs a whole stream one day; nothing that would stay goes because of it."""
    name = snapshots.values["id"]
    gate = {"kind": "points", "send": "btrfs", "takers": "ws-a_s_far"}
    write_gate(snapshots, name, **gate, path=str(snapshots.target), state=str(snapshots.state))
    first = snapshots.points()[0]
    assert ask(snapshots, f"send {name} ws-a_s_far {first}")[0] == 0
    assert snapshots.set(keep_last="1").run().code == 0
    assert snapshots.run().code == 0
    assert (len(snapshots.points()), snapshots.points()[0]) == (2, first)
    assert ask(snapshots, f"send {name} ws-a_s_far {snapshots.points()[1]}")[0] == 0
    assert snapshots.run().code == 0
    assert (len(snapshots.points()), first in snapshots.points()) == (2, False)


def test_each_copy_of_one_machine_holds_what_it_rests_on(snapshots: Job) -> None:
    """A weekly one finds its snapshot still there, however often the daily one was sent since."""
    name = snapshots.values["id"]
    gate = {"kind": "points", "send": "btrfs", "path": str(snapshots.target), "state": str(snapshots.state)}
    write_gate(snapshots, name, **gate, takers="ws-a_s_daily ws-a_s_weekly")
    snapshots.set(keep_last="1")
    first = snapshots.points()[0]
    assert ask(snapshots, f"send {name} ws-a_s_weekly {first}")[0] == 0
    assert ask(snapshots, f"send {name} ws-a_s_daily {first}")[0] == 0
    assert snapshots.run().code == 0
    second = snapshots.points()[1]
    assert ask(snapshots, f"send {name} ws-a_s_daily {second} {first}")[0] == 0
    assert snapshots.run().code == 0
    third = snapshots.points()[2]
    assert ask(snapshots, f"send {name} ws-a_s_daily {third} {second}")[0] == 0
    assert snapshots.run().code == 0
    assert snapshots.points()[:3] == [first, second, third]
    write_gate(snapshots, name, **gate, takers="ws-a_s_daily")
    assert snapshots.run().code == 0
    assert first not in snapshots.points(), "the weekly one has left the spec"
