"""Snapshots of ZFS and sending them, on a stand-in for its tools: guards, holds, what is cut, what is encrypted."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from studio_backup.status import _SCRIPT
from tests.shells.job_bench import SHELLS, Bench
from tests.shells.job_running import Job
from tests.shells.job_server import Server
from tests.shells.test_gate import ask, refusal
from tests.shells.zfs_bench import Zfs

HOUR = 3600
SOURCE = "tank/data"


@pytest.fixture
def zfs(bench: Bench, request: pytest.FixtureRequest) -> Zfs:
    return Zfs(bench, f"{abs(hash(request.node.nodeid)) % 10**9}")


@pytest.fixture
def snapshots(bench: Bench, zfs: Zfs) -> Job:
    built = zfs.build_snapshots(bench)
    built.fill(5)
    return built


@pytest.fixture
def replica(bench: Bench, zfs: Zfs, snapshots: Job) -> Job:
    return zfs.build_replica(bench, snapshots)


@pytest.fixture
def pulled(zfs: Zfs, replica: Job, snapshots: Job, server: Server) -> Job:
    return zfs.make_pulled(replica, snapshots, server)


def at(job: Job, hour: int) -> Job:
    """The clock of a job so many hours from now; what stands in for zfs keeps its place on the way."""
    path = job.environment["PATH"]
    job.at(hour * HOUR)
    clock = job.environment["PATH"].partition(":")[0]
    job.environment["PATH"] = path if clock in path else f"{clock}:{path}"
    return job


def make(snapshots: Job, *hours: int) -> list[str]:
    made = []
    for hour in hours:
        (snapshots.source / f"hour-{hour}.wav").write_text(str(hour) * 2000)
        outcome = at(snapshots, hour).run()
        assert outcome.code == 0, outcome.err + snapshots.log()
        made.append(str(outcome["restore_point"]))
    return made


def landing(job: Job) -> str:
    return f"far/vol/{job.values['id']}"


@pytest.mark.parametrize(
    "shell",
    [shell if shell == "busybox" else pytest.param(shell, marks=pytest.mark.long) for shell in SHELLS],
)
def test_a_snapshot_is_made_judged_and_sent_in_every_shell(zfs: Zfs, snapshots: Job, pulled: Job, shell: str) -> None:
    snapshots.shell = pulled.shell = SHELLS[shell]
    first = make(snapshots, 0)
    assert snapshots.points() == zfs.points(SOURCE) == first, "by their own names only once they were judged"
    outcome = at(pulled, 10).run()
    assert (outcome.code, outcome["restore_point"], outcome["files"]) == (0, first[0], 6), outcome.err + pulled.log()
    more = make(snapshots, 1, 2)
    outcome = pulled.run()
    assert (outcome.code, outcome["created"], outcome["deleted"]) == (0, 2, 0), outcome.err + pulled.log()
    assert zfs.points(landing(pulled)) == first + more
    assert pulled.run("list").out.split("\n")[0].split("\t")[:2] == [first[0], "6"]
    taker = f"nas.{pulled.values['id']}"
    assert zfs.holds(SOURCE) == {more[0]: [taker], more[1]: [taker]}, "what it rests on, and what it was sent"
    assert zfs.holds(landing(pulled)) == {more[1]: [pulled.values["id"]]}
    assert zfs.state[landing(pulled)]["properties"]["readonly"] == "on"
    assert len(zfs.table.read_text().splitlines()) == 2, "nothing that was looked into is still mounted"


def test_a_stream_that_was_cut_goes_on_where_it_was(zfs: Zfs, snapshots: Job, replica: Job) -> None:
    first = make(snapshots, 0)
    zfs.cut(12000)
    outcome = at(replica, 10).run()
    assert (outcome.code, outcome["reason"], zfs.points(landing(replica))) == (1, "send", []), replica.log()
    half = zfs.state[landing(replica)]["half"]["offset"]
    more = make(snapshots, 1, 2)
    outcome = replica.run()
    assert (outcome.code, zfs.points(landing(replica))) == (0, first + more), outcome.err + replica.log()
    sizes = [line.split(", ")[1].split()[0] for line in replica.log().splitlines() if line.startswith("received ")]
    assert half == 12000
    assert int(sizes[0]) < 10_000, "the rest of it, and not all again"


def test_a_token_is_good_for_the_point_that_is_asked_for_and_as_it_was_sent(
    zfs: Zfs, snapshots: Job, pulled: Job
) -> None:
    state = zfs.state
    state[SOURCE]["properties"]["encryption"] = "aes-256-gcm"
    zfs.save(state)
    first, second = make(snapshots, 0, 1)
    key = f"resume {snapshots.values['id']} {pulled.values['id']}"
    good = {"toname": f"{SOURCE}@{first}", "from": "", "raw": True, "offset": 100}
    code, out, _ = ask(pulled, f"{key} {first} {token(good)}")
    assert (code, len(out) > 1000) == (0, True)
    for wrong in ({"raw": False}, {"toname": f"{SOURCE}@{second}"}, {"toname": f"far/vol@{first}"}):
        assert ask(pulled, f"{key} {first} {token(good | wrong)}") == refusal("send"), wrong
    for words in (f"{first} --help", f"{first} {token(good)} {first}", f"{first}", f"/etc {token(good)}"):
        assert ask(pulled, f"{key} {words}") == refusal("request"), words
    other = f"resume {snapshots.values['id']} somebody {first} {token(good)}"
    assert ask(pulled, other) == refusal("request")


def token(asked: dict[str, object]) -> str:
    """As the stand-in writes them."""
    return "1-" + json.dumps(asked).encode().hex()


def test_half_of_what_the_source_no_longer_has_is_given_up(zfs: Zfs, snapshots: Job, replica: Job) -> None:
    first = make(snapshots, 0)
    zfs.cut(3000)
    assert at(replica, 10).run()["reason"] == "send"
    state = zfs.state
    state[SOURCE]["snapshots"][first[0]]["guid"] = "77"
    zfs.save(state)
    outcome = replica.run()
    assert (outcome.code, outcome["restore_point"]) == (0, first[0]), replica.log()
    assert zfs.state[landing(replica)]["snapshots"][first[0]]["guid"] == "77"


def test_half_of_what_nothing_can_go_on_with_is_given_up(zfs: Zfs, snapshots: Job, replica: Job) -> None:
    """Its token asks for it in the clear, and it is encrypted: nothing else is sent in its place."""
    first = make(snapshots, 0)
    zfs.cut(3000)
    assert at(replica, 10).run()["reason"] == "send"
    state = zfs.state
    state[SOURCE]["properties"]["encryption"] = "aes-256-gcm"
    zfs.save(state)
    outcome = replica.run()
    assert (outcome["reason"], outcome["bytes"], zfs.points(landing(replica))) == ("send", None, []), replica.log()
    assert landing(replica) not in zfs.state, "nor is there half of it any more"
    outcome = replica.run()
    assert (outcome.code, outcome["restore_point"]) == (0, first[0]), replica.log()


def test_retention_keeps_the_base_and_what_is_not_ours(zfs: Zfs, snapshots: Job, replica: Job) -> None:
    snapshots.set(keep_last="2")
    first = make(snapshots, 0)
    assert at(replica, 1).run().code == 0, replica.log()
    month = make(snapshots, *range(2, 5))
    assert zfs.points(SOURCE) == first + month[-2:], "two by the rule, and what the other end has"
    foreign, state = "2020-01-01T00-00-00Z", zfs.state
    state[SOURCE]["snapshots"] = {foreign: {"guid": "5", "properties": {}, "holds": []}, **state[SOURCE]["snapshots"]}
    zfs.save(state)
    later = make(snapshots, 9)
    assert zfs.points(SOURCE) == [foreign, *first, month[-1], *later]
    assert f"{foreign} was not made by this copy" in snapshots.log()
    assert at(replica, 10).run().code == 0, replica.log()
    assert zfs.points(landing(replica)) == [*first, month[-1], *later]
    (snapshots.state / "holds" / snapshots.values["id"] / replica.values["id"]).unlink()
    make(snapshots, 11, 12, 13)
    assert later[0] in zfs.points(SOURCE), "held by ZFS itself, whatever became of the note"


def test_a_copy_that_left_the_spec_holds_nothing(zfs: Zfs, snapshots: Job, replica: Job) -> None:
    snapshots.set(keep_last="1")
    first = make(snapshots, 0)
    assert at(replica, 1).run().code == 0, replica.log()
    replica.conf.unlink()
    assert make(snapshots, 2, 3)[-1:] == zfs.points(SOURCE), first


def test_the_brake_judges_what_arrives_and_nothing_unjudged_is_a_point(zfs: Zfs, snapshots: Job, replica: Job) -> None:
    snapshots.fill(100)
    first = make(snapshots, 0)
    assert at(replica, 10).run().code == 0, replica.log()
    for number in range(60):
        (snapshots.source / f"take-{number:03}.wav").unlink()
    refused = at(snapshots, 1).run()
    assert (refused.code, refused["reason"], zfs.points(SOURCE)[:1]) == (5, "brake-deletions", first), snapshots.log()
    snapshots.accept(refused["run"])
    second = snapshots.run()["restore_point"]
    assert zfs.points(SOURCE) == [*first, second], snapshots.log()
    refused = replica.run()
    assert (refused.code, refused["reason"], replica.run("newest").out.split()) == (5, "brake-deletions", first)
    replica.accept(refused["run"])
    outcome = replica.run()
    assert (outcome.code, outcome["restore_point"], outcome["bytes"]) == (0, second, 0), "it had arrived already"


def test_what_is_encrypted_is_sent_as_it_is_and_counts_without_its_key(zfs: Zfs, snapshots: Job, pulled: Job) -> None:
    state = zfs.state
    state[SOURCE]["properties"]["encryption"] = "aes-256-gcm"
    zfs.save(state)
    first = make(snapshots, 0)
    zfs.cut(3000)
    assert at(pulled, 10).run()["reason"] == "send"
    outcome = pulled.run()
    assert (outcome.code, outcome["restore_point"], outcome["files"]) == (0, first[0], None), outcome.err + pulled.log()
    assert zfs.state[landing(pulled)]["properties"]["keystatus"] == "unavailable"
    assert "its key is not here" in pulled.log()
    more = make(snapshots, 1)
    assert pulled.run().code == 0, pulled.log()
    assert pulled.run("list").out.split() == first + more
    # Mounted nowhere, none of them is a folder.
    (pulled.target / ".received").rename(zfs.folder / "away")
    asked = "{state} {id} {target_id} {target_root}\t{target}".format(**pulled.values)
    script = _SCRIPT.replace("mount_table=/proc/self/mountinfo", f"mount_table={zfs.table}")
    for shell in SHELLS.values():
        words = [*shell, "-c", f"set -eu\n{script}", "sh", asked]
        environment = {**os.environ, **pulled.environment}
        done = subprocess.run(words, capture_output=True, text=True, env=environment, check=True)
        found = [line.split("\t")[1] for line in done.stdout.splitlines() if line.startswith("point\t")]
        assert (found, "volume\tright\n" in done.stdout) == (first + more, True), done.stdout + done.stderr


def test_another_snapshot_at_the_target_is_not_rolled_away(zfs: Zfs, snapshots: Job, replica: Job) -> None:
    make(snapshots, 0)
    assert at(replica, 10).run().code == 0, replica.log()
    state = zfs.state
    state[landing(replica)]["snapshots"]["by-hand"] = {"guid": "5", "properties": {}, "holds": []}
    zfs.save(state)
    make(snapshots, 1)
    outcome = replica.run()
    assert (outcome.code, outcome["reason"]) == (5, "no-base"), replica.log()
    assert "by-hand" in zfs.points(landing(replica))


def test_where_two_datasets_have_one_place_neither_is_taken_for_ours(zfs: Zfs, snapshots: Job, replica: Job) -> None:
    """Somebody sent the whole pool on, properties and all; nothing is mounted, since keys are elsewhere."""
    make(snapshots, 0, 1)
    assert at(replica, 10).run().code == 0, replica.log()
    other = json.loads(json.dumps(zfs.state[landing(replica)]))
    for told in other["snapshots"].values():
        told["holds"] = []
    zfs.save({"apool/copy": other, **zfs.state})
    for _ in range(2):
        outcome = replica.set(keep_last="1").run()
        assert (outcome.code, outcome["reason"]) == (5, "target-unread"), replica.log()
        assert replica.run("list").code == 1
    assert zfs.state["apool/copy"] == other


def test_a_landing_that_was_renamed_begins_anew_once_it_gave_up_its_place(
    zfs: Zfs, snapshots: Job, replica: Job
) -> None:
    first = make(snapshots, 0)
    assert at(replica, 10).run().code == 0, replica.log()
    state = zfs.state
    state["far/vol/old"] = state.pop(landing(replica))
    zfs.save(state)
    second = make(snapshots, 1)
    outcome = replica.run()
    assert (outcome.code, outcome["reason"]) == (5, "no-base"), replica.log()
    assert landing(replica) not in zfs.state
    state = zfs.state
    state["far/vol/old"]["mountpoint"] = "none"
    zfs.save(state)
    (replica.target / ".received").rename(zfs.folder / "old")
    outcome = replica.run()
    assert (outcome.code, zfs.points(landing(replica))) == (0, first + second), replica.log()
    assert zfs.points("far/vol/old") == first


def test_a_dataset_that_somebody_made_meanwhile_is_not_destroyed(zfs: Zfs, snapshots: Job, replica: Job) -> None:
    make(snapshots, 0)
    theirs = {"mountpoint": "/elsewhere", "mounted": True, "snapshots": {}, "half": None, "properties": {}}
    (zfs.folder / "then").write_text(json.dumps({**zfs.state, landing(replica): theirs}))
    (zfs.hooks / "zfs").rename(zfs.folder / "zfs")
    (zfs.hooks / "zfs").write_text(f"""#!/bin/sh
printf '%s\\n' "$*" >>{zfs.folder}/asked
case "$1" in
  destroy) exit 0 ;;
  receive) cat >/dev/null; cp {zfs.folder}/then {zfs.file}; exit 1 ;;
esac
exec {zfs.folder}/zfs "$@"
""")
    (zfs.hooks / "zfs").chmod(0o755)
    outcome = at(replica, 10).run()
    assert (outcome.code, outcome["reason"]) == (1, "receive"), replica.log()
    assert landing(replica) in zfs.state
    assert "destroy" not in (zfs.folder / "asked").read_text()


def test_zfs_that_tells_nothing_ends_the_run_and_nothing_is_taken_for_absent(
    zfs: Zfs, snapshots: Job, replica: Job
) -> None:
    make(snapshots, 0)
    assert at(replica, 10).run().code == 0, replica.log()
    whole = (zfs.hooks / "zfs").read_text()
    for words in ("list -H -d 1 -t snapshot", "list -H -d 1 -t filesystem", "get -H -p -o value guid"):
        silent = f'case "$*" in "{words}"*) exit 1 ;; esac\nexec {zfs.folder}/zfs "$@"'
        (zfs.folder / "zfs").write_text(whole)
        (zfs.folder / "zfs").chmod(0o755)
        (zfs.hooks / "zfs").write_text(f"#!/bin/sh\n{silent}\n")
        for job in (snapshots, replica):
            before = zfs.file.read_text()
            outcome = job.run()
            lists = job is snapshots and "snapshot" not in words
            assert outcome["result"] != "ok" or lists or outcome["reason"] == "nothing-newer", (words, job.log())
            assert lists or zfs.file.read_text() == before


def test_a_dataset_is_a_whole_volume(zfs: Zfs, snapshots: Job) -> None:
    inside = snapshots.source / "inside"
    inside.mkdir()
    (inside / "take").write_text("x")
    outcome = snapshots.set(source_path=str(inside)).run()
    assert (outcome.code, outcome["reason"], zfs.points(SOURCE)) == (5, "source-no-subvolume", [])
    assert Path(snapshots.values["source_path"]).exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_points_that_cannot_be_put_in_order_are_not_none(zfs: Zfs, snapshots: Job, shell: str) -> None:
    """Without a newest one there is no brake: a program that was killed for want of memory let everything through."""
    snapshots.shell = SHELLS[shell]
    snapshots.fill(100)
    made = make(snapshots, 0)
    for take in list(snapshots.source.glob("take-*"))[:90]:
        take.unlink()
    (zfs.hooks / "sort").write_text('#!/bin/sh\n[ $# -gt 0 ] || kill -9 $$\nexec /usr/bin/sort "$@"\n')
    (zfs.hooks / "sort").chmod(0o755)
    outcome = at(snapshots, 1).run()
    assert (outcome.code, outcome["reason"]) == (5, "target-unread"), outcome.record
    (zfs.hooks / "sort").unlink()
    assert snapshots.run()["reason"] == "brake-deletions"
    assert snapshots.run("list").out.split()[:1] == made
