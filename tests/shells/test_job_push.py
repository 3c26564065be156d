"""Pushing into a landing: whole or nothing, points by the other end's clock, and guards on both sides."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_backup.flavours import FLAVOURS, PUSH
from studio_backup.flavours import options as options_of
from tests.shells.job_bench import RECEIVER, SHELLS, Bench, Volume, call
from tests.shells.job_running import Job, build_job
from tests.shells.job_server import Server, start_sshd
from tests.shells.push_bench import Pushed, fingerprint, make_pushed, shared_inodes
from tests.shells.rsync_flavours import VERSIONS, stand_in


@pytest.fixture(scope="module")
def door(bench: Bench) -> Iterator[Server]:
    """A server of its own: its key opens the landing alone."""
    with start_sshd(bench.folder / "door", bench.folder / "etc" / "northlight") as started:
        yield started


@pytest.fixture
def pushed(job: Job, door: Server) -> Pushed:
    return make_pushed(job, door)


@pytest.fixture
def on_btrfs(
    bench: Bench, work: Volume, pool: Volume, door: Server, request: pytest.FixtureRequest
) -> Iterator[Pushed]:
    built = build_job(bench, work, pool, f"p{abs(hash(request.node.nodeid)) % 10**9}", store="btrfs")
    made = make_pushed(built, door)
    yield made
    for point in made.keeper.points():
        call("btrfs", "subvolume", "delete", made.keeper.target / "points" / point)
    if made.landing.exists():
        call("btrfs", "subvolume", "delete", made.landing)
    shutil.rmtree(built.target)
    shutil.rmtree(built.source)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_push_lands_and_becomes_a_point(pushed: Pushed, shell: str) -> None:
    pushed.sender.shell = pushed.keeper.shell = SHELLS[shell]
    pushed.sender.fill(10)
    (pushed.sender.source / "link").symlink_to("/etc/shadow")
    os.mkfifo(pushed.sender.source / "pipe")
    done = pushed.both()
    assert (done.code, done["result"], done["files"]) == (0, "ok", 11), f"{done.record} {pushed.keeper.log()}"
    point = pushed.keeper.newest()
    assert (point / "take-003.wav").read_text() == "take 3\n"
    assert str((point / "link").readlink()) == "/rsyncd-munged/etc/shadow"
    assert {path.lstat().st_uid for path in point.rglob("*")} == {0}
    assert {path.lstat().st_uid for path in pushed.landing.rglob("*")} == {pwd.getpwnam(RECEIVER).pw_uid}
    assert not shared_inodes(pushed.landing, point), "a landing shares no inode with a point"
    assert pushed.keeper.run(manual=False).record == {}, "nothing new landed: nothing to say"
    (pushed.sender.source / "take-003.wav").unlink()
    (pushed.sender.source / "take-004.wav").write_text("another\n")
    second = pushed.both()
    assert (second["result"], second["deleted"], second["rewritten"], second["files"]) == ("ok", 1, 1, 10)
    older, newer = (pushed.keeper.target / "points" / name for name in pushed.keeper.points())
    assert (older / "take-001.wav").samefile(newer / "take-001.wav"), "what did not change takes no room twice"
    assert (older / "take-004.wav").read_text() == "take 4\n"


def test_on_btrfs_a_snapshot_of_the_landing_is_the_point(on_btrfs: Pushed) -> None:
    on_btrfs.sender.fill(10)
    first = on_btrfs.both()
    assert (first.code, first["result"], first["files"]) == (0, "ok", 10), f"{first.record}{on_btrfs.keeper.log()}"
    point = on_btrfs.keeper.newest()
    assert call("btrfs", "property", "get", "-ts", point, "ro") == "ro=true"
    assert point.owner() == "root", "the owner of a subvolume may make it writable"
    before = fingerprint(point)
    (on_btrfs.sender.source / "take-001.wav").unlink()
    (on_btrfs.sender.source / "take-002.wav").write_text("another take 2\n")
    second = on_btrfs.both()
    assert (second["result"], second["deleted"], second["rewritten"]) == ("ok", 1, 1), on_btrfs.keeper.log()
    assert fingerprint(point) == before


def test_the_source_is_guarded_before_anything_moves(pushed: Pushed, work: Volume) -> None:
    pushed.sender.fill(3)
    assert pushed.both().code == 0
    sentinel = work.root / ".studio-backup-volume"
    text = sentinel.read_text()
    sentinel.unlink()
    try:
        outcome = pushed.sender.run()
    finally:
        sentinel.write_text(text)
    assert (outcome.code, outcome["reason"]) == (5, "source-sentinel")
    told = pushed.keeper.run()
    assert (told.code, told["result"], told["reason"]) == (5, "refused", "source-sentinel"), "the keeper was told why"
    assert pushed.keeper.run(manual=False).record == {}, "and says so once"
    assert len(pushed.keeper.points()) == 1


def test_an_empty_source_and_a_floor_are_refused_by_the_sender(pushed: Pushed) -> None:
    outcome = pushed.sender.run()
    assert (outcome.code, outcome["reason"]) == (5, "source-empty")
    pushed.sender.fill(3)
    outcome = pushed.sender.set(floor="9").run()
    assert (outcome.code, outcome["reason"]) == (5, "too-few-files")
    assert not pushed.landing.exists()


def test_the_sender_s_brake_stops_deletions_before_they_are_sent(pushed: Pushed) -> None:
    pushed.sender.fill(100)
    assert pushed.both().code == 0
    for take in list(pushed.sender.source.iterdir())[:80]:
        take.unlink()
    outcome = pushed.sender.run()
    assert (outcome.code, outcome["reason"], outcome["deleted"]) == (5, "brake-deletions", 80), pushed.sender.log()
    assert len(list(pushed.landing.iterdir())) == 100, "the landing was not touched"
    told = pushed.keeper.run()
    assert (told["result"], told["reason"]) == ("refused", "brake-deletions")
    pushed.keeper.at(1000)
    assert pushed.keeper.run(manual=False).record == {}, "what was refused is not told as lost later on"
    pushed.keeper.at(0)
    pushed.sender.accept(outcome["run"])
    again = pushed.sender.run()
    assert (again.code, again["deleted"]) == (0, 80), again.record
    kept = pushed.keeper.run()
    assert (kept.code, kept["reason"]) == (5, "brake-deletions"), "the keeper has a brake of its own"
    assert len(pushed.keeper.points()) == 1
    pushed.keeper.accept(kept["run"])
    assert pushed.keeper.run().code == 0
    assert len(list(pushed.keeper.newest().iterdir())) == 20


@pytest.mark.parametrize("shell", SHELLS)
def test_a_volume_that_goes_between_the_look_and_the_push_leaves_the_landing(
    bench: Bench, pushed: Pushed, tmp_path: Path, shell: str
) -> None:
    """Its bare folder is empty, and rsync would make the landing like it."""
    name = f"g{abs(hash(shell)) % 10**6}"
    volume = bench.make_volume(name)
    pushed.sender.shell = SHELLS[shell]
    pushed.sender.source = volume.root
    pushed.sender.set(
        source_path=str(volume.root), source_root=str(volume.root), source_id=volume.id, source_volume=volume.name
    )
    pushed.sender.fill(100)
    assert pushed.both().code == 0
    (tmp_path / "rsync").write_text(
        f"""#!/bin/sh
/usr/bin/rsync "$@"
code=$?
case "$*" in *--dry-run*) umount {volume.root} ;; esac
exit $code
"""
    )
    (tmp_path / "rsync").chmod(0o755)
    pushed.sender.environment["PATH"] = f"{tmp_path}:{os.environ['PATH']}"
    outcome = pushed.sender.run()
    assert len(list(pushed.landing.glob("take-*"))) == 100, outcome.record
    assert (outcome.code, outcome["result"], outcome["reason"]) == (5, "refused", "source-unmounted"), outcome.record
    told = pushed.keeper.run()
    assert (told["result"], told["reason"]) == ("refused", "source-unmounted")


def test_what_was_told_before_a_push_is_not_the_answer_to_it(pushed: Pushed) -> None:
    pushed.sender.fill(100)
    assert pushed.both().code == 0
    for take in list(pushed.sender.source.iterdir())[:60]:
        take.unlink()
    refused = pushed.sender.run()
    assert refused["reason"] == "brake-deletions"
    pushed.sender.accept(refused["run"])
    assert pushed.sender.run().code == 0
    pushed.keeper.set(brake_files="1000")
    assert pushed.keeper.run()["result"] == "ok", "nobody had looked since the refusal, and it is past"
    assert pushed.keeper.run(manual=False).record == {}


def test_what_goes_from_the_source_while_it_is_sent_is_not_counted(pushed: Pushed) -> None:
    pushed.sender.fill(3)
    (pushed.sender.source / "a-long.wav").write_bytes(os.urandom(3_000_000))
    pushed.sender.set(bandwidth="1000")
    started = pushed.sender.start()
    deadline = time.time() + 20
    while not list(pushed.landing.glob(".a-long.wav.*")) and time.time() < deadline:
        time.sleep(0.02)
    (pushed.sender.source / "take-002.wav").unlink()
    out, _ = started.communicate(timeout=60)
    assert "file has vanished" in pushed.sender.log()
    assert started.returncode == 0, out
    assert json.loads(out)["bytes"] > 3_000_000, "both passes together"
    kept = pushed.keeper.run()
    assert (kept["result"], kept["files"]) == ("ok", 3), kept.record


def test_rewrites_are_stopped_by_the_keeper(pushed: Pushed) -> None:
    pushed.sender.fill(100)
    assert pushed.both().code == 0
    before = fingerprint(pushed.keeper.newest())
    for take in pushed.sender.source.iterdir():
        take.write_text("encrypted!\n")
    outcome = pushed.both()
    assert (outcome.code, outcome["reason"], outcome["rewritten"]) == (5, "brake-rewrites", 100)
    assert fingerprint(pushed.keeper.newest()) == before
    assert pushed.keeper.run(manual=False).record == {}, "it is judged once, or the landing is always closed"
    again = pushed.keeper.run()
    assert again["reason"] == "brake-rewrites", "who asks is told so until somebody decides"
    pushed.keeper.accept(again["run"])
    assert pushed.keeper.run(manual=False)["result"] == "ok", "somebody's word is heard by the next look"


def test_a_push_that_was_cut_makes_no_point(pushed: Pushed) -> None:
    (pushed.sender.source / "long.wav").write_bytes(os.urandom(6_000_000))
    pushed.sender.set(bandwidth="1500")
    started = pushed.sender.start()
    deadline = time.time() + 20
    while not list(pushed.landing.glob(".long.wav.*")) and time.time() < deadline:
        time.sleep(0.05)
    started.kill()
    call("sh", "-c", f"pkill -KILL -P {started.pid} || :")
    started.communicate()
    _until_free(pushed)
    assert pushed.keeper.run(manual=False).record == {}, "it may still be on its way"
    outcome = pushed.keeper.run()
    assert (outcome.code, outcome["result"], outcome["reason"]) == (1, "failed", "incomplete"), pushed.keeper.log()
    assert pushed.keeper.points() == []
    pushed.sender.set(bandwidth="")
    assert pushed.both()["result"] == "ok"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_gate_that_was_killed_lets_nobody_in_beside_the_rsync_that_outlives_it(pushed: Pushed, shell: str) -> None:
    pushed.keeper.shell = SHELLS[shell]
    (pushed.sender.source / "long.wav").write_bytes(os.urandom(6_000_000))
    pushed.sender.set(bandwidth="1500")
    started = pushed.sender.start()
    deadline = time.time() + 20
    while not list(pushed.landing.glob(".long.wav.*")) and time.time() < deadline:
        time.sleep(0.05)
    gate = (pushed.records / "lock/landing").read_text().split()[0]
    # As where the disk hangs; otherwise it sees the end of its input, and goes a moment later.
    writers = call("pgrep", "-P", gate).split()
    writers += call("pgrep", "-P", writers[0]).split()
    for writer in writers:
        os.kill(int(writer), signal.SIGSTOP)
    try:
        os.kill(int(gate), signal.SIGKILL)
        second = pushed.ask(f"begin {pushed.sender.values['id']}")
        kept = pushed.keeper.run()
    finally:
        for writer in writers:
            os.kill(int(writer), signal.SIGCONT)
    started.communicate(timeout=60)
    said = second.stderr.splitlines()[-1:]
    assert (second.returncode, said) == (3, [b"studio-backup-gate: landing in use"]), "zsh says more"
    assert kept["reason"] in ("landing-busy", "nothing-landed"), kept.record
    assert started.returncode != 0, "whether all of it was written nobody has said"
    _until_gone(writers[0])
    pushed.sender.set(bandwidth="")
    assert pushed.both()["files"] == 1, pushed.sender.log()


def test_a_pipe_in_the_place_of_a_lock_holds_the_keeper_up_for_nothing(pushed: Pushed) -> None:
    pushed.sender.fill(3)
    assert pushed.sender.run().code == 0
    for name in ("landing", "writer"):
        (pushed.records / "lock" / name).unlink(missing_ok=True)
        os.mkfifo(pushed.records / "lock" / name)
    looked = pushed.keeper.start(manual=False)
    try:
        looked.communicate(timeout=20)
    finally:
        call("sh", "-c", f"for one in {pushed.records}/lock/*; do : <>$one; done")
    assert (looked.returncode, len(pushed.keeper.points())) == (0, 1)


def _until_gone(process: str) -> None:
    deadline = time.time() + 20
    while Path(f"/proc/{process}").exists() and time.time() < deadline:
        time.sleep(0.05)


@pytest.mark.long
def test_two_pushes_at_once_are_one_and_no_point_is_made_of_half(pushed: Pushed) -> None:
    (pushed.sender.source / "long.wav").write_bytes(os.urandom(20_000_000))
    pushed.sender.set(bandwidth="1500")
    started = pushed.sender.start()
    deadline = time.time() + 20
    while not list(pushed.landing.glob(".long.wav.*")) and time.time() < deadline:
        time.sleep(0.05)
    second = pushed.ask(f"begin {pushed.sender.values['id']}")
    assert (second.returncode, second.stderr) == (3, b"studio-backup-gate: landing in use\n")
    assert pushed.keeper.run()["reason"] in ("landing-busy", "nothing-landed")
    assert pushed.keeper.points() == []
    started.communicate(timeout=60)
    assert started.returncode == 0, pushed.sender.log()
    assert pushed.keeper.run()["files"] == 1


def test_a_landing_is_closed_while_it_is_read(pushed: Pushed) -> None:
    pushed.sender.fill(3)
    assert pushed.both().code == 0
    closed = pushed.records.with_name(f"{pushed.records.name}.closed")
    closed.write_text("1\n")
    outcome = pushed.sender.run()
    assert (outcome.code, outcome["result"], outcome["reason"]) == (3, "busy", "landing-busy")
    closed.unlink()
    assert pushed.both().code == 0


def _until_free(pushed: Pushed) -> None:
    deadline = time.time() + 20
    while (pushed.records / "lock" / "landing").exists() and time.time() < deadline:
        time.sleep(0.1)


def test_a_lost_push_is_told_by_itself_after_a_while(pushed: Pushed) -> None:
    pushed.sender.fill(3)
    assert pushed.ask(f"begin {pushed.sender.values['id']}").returncode == 0
    assert pushed.keeper.run(manual=False).record == {}
    pushed.keeper.at(1000)
    assert pushed.keeper.run(manual=False)["reason"] == "incomplete"
    assert pushed.keeper.run(manual=False).record == {}, "once"


def test_what_was_told_as_lost_and_turns_out_whole_is_a_point(pushed: Pushed) -> None:
    pushed.sender.fill(3)
    assert pushed.sender.run().code == 0
    end = pushed.records / "ended"
    said = end.read_text()
    end.unlink()
    pushed.keeper.at(1000)
    assert pushed.keeper.run(manual=False)["reason"] == "incomplete"
    end.write_text(said)
    done = pushed.keeper.run(manual=False)
    assert (done.code, done.record.get("files")) == (0, 3), "a long push has moments with nobody in the landing"
    assert len(pushed.keeper.points()) == 1


def test_a_landing_that_a_killed_run_left_closed_is_opened_by_the_next_look(pushed: Pushed) -> None:
    pushed.sender.fill(3)
    assert pushed.both().code == 0
    pushed.records.with_name(f"{pushed.records.name}.closed").write_text("1\n")
    assert pushed.sender.run()["reason"] == "landing-busy"
    assert pushed.keeper.run(manual=False).record == {}, "all that landed was dealt with before it was killed"
    assert pushed.sender.run().code == 0, pushed.sender.log()


def test_fewer_files_than_were_sent_are_no_point(pushed: Pushed) -> None:
    pushed.sender.fill(5)
    assert pushed.sender.run().code == 0
    (pushed.landing / "take-001.wav").unlink()
    outcome = pushed.keeper.run()
    assert (outcome.code, outcome["reason"]) == (1, "incomplete"), outcome.record
    assert pushed.keeper.points() == []
    assert pushed.keeper.run(manual=False).record == {}, "once"
    assert pushed.both(manual=False)["files"] == 5, "another push is judged anew"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_push_that_waits_for_one_reason_has_one_record_a_day(pushed: Pushed, shell: str, tank: Volume) -> None:
    """It is looked at every five minutes, and 200 records are kept: its own would turn over all others in a day."""
    pushed.keeper.shell = SHELLS[shell]
    pushed.sender.fill(3)
    assert pushed.both().code == 0
    assert pushed.sender.run().code == 0
    sentinel, marker = tank.root / ".studio-backup-volume", pushed.keeper.target / ".studio-backup-copy"
    text, ours = sentinel.read_text(), marker.read_text()

    def looked(manual: bool = False) -> list[object]:
        for _ in range(3):
            time.sleep(1.1)  # a run is named by its second
            outcome = pushed.keeper.run(manual=manual)
            assert (outcome.code, outcome["result"]) == (5, "refused")
        assert len(list((pushed.keeper.state / "log").iterdir())) == len(pushed.keeper.records())
        return [one["reason"] for one in pushed.keeper.records()][1:]

    try:
        sentinel.unlink()
        assert looked() == ["target-sentinel"]
        sentinel.write_text(text)
        marker.write_text("another\n")
        assert looked() == ["target-sentinel", "target-foreign"]
        sentinel.unlink()
        assert looked() == ["target-sentinel", "target-foreign", "target-sentinel"], "each change of it is told"
        pushed.keeper.at(90_000)
        assert looked()[2:] == ["target-sentinel"] * 2, "and each day"
        assert looked(manual=True)[2:] == ["target-sentinel"] * 5, "who asks has an answer"
    finally:
        sentinel.write_text(text)
        marker.write_text(ours)
    assert pushed.keeper.run(manual=False)["result"] == "ok"
    assert pushed.keeper.records()[-1]["result"] == "ok"


def test_a_period_has_one_point_however_often_is_pushed(pushed: Pushed) -> None:
    pushed.sender.fill(3)
    pushed.keeper.set(period="3600")
    for number in range(4):
        (pushed.sender.source / "take-000.wav").write_text(f"{number}\n")
        pushed.both(manual=False)
    assert len(pushed.keeper.points()) == 1
    pushed.keeper.at(3700)
    assert pushed.keeper.run(manual=False).record == {}, "the moment of the push counts, not that of the look"
    assert (pushed.landing / "take-000.wav").read_text() == "3\n"


def test_a_point_is_dated_by_the_keeper_when_the_push_began(pushed: Pushed) -> None:
    pushed.sender.fill(3)
    pushed.sender.at(-5 * 365 * 86400)
    before = time.gmtime()
    done = pushed.both()
    assert str(done["restore_point"]) >= time.strftime("%Y-%m-%dT%H-%M-%SZ", before)


def test_a_clock_behind_the_newest_point_stops_retention(pushed: Pushed) -> None:
    pushed.sender.fill(3)
    pushed.keeper.set(keep_last="1")
    assert pushed.both().code == 0
    for moment in ("2090-01-01T00-00-00Z", time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime(time.time() + 1800))):
        ahead = pushed.keeper.target / "points" / moment
        shutil.copytree(pushed.keeper.newest(), ahead)
        (pushed.sender.source / f"{moment}.wav").write_text("x")
        before = set(pushed.keeper.points())
        outcome = pushed.both()
        assert (outcome["result"], outcome["reason"]) == ("ok", "clock-behind"), outcome.record
        made = set(pushed.keeper.points()) - before
        assert made == {outcome["restore_point"]}, "what landed is a point all the same, and none has gone"
        assert (pushed.keeper.target / "points" / made.pop() / f"{moment}.wav").read_text() == "x"
        shutil.rmtree(ahead)


def test_a_push_that_is_older_than_the_newest_point_by_a_clock_that_was_set_back_is_a_point(pushed: Pushed) -> None:
    """Whoever looks after the clock has passed that point again sees none of the future."""
    pushed.sender.fill(3)
    pushed.keeper.set(keep_last="1")
    assert pushed.both().code == 0
    ahead = time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime(time.time() + 6))
    shutil.copytree(pushed.keeper.newest(), pushed.keeper.target / "points" / ahead)
    (pushed.sender.source / "late.wav").write_text("x")
    assert pushed.sender.run().code == 0
    time.sleep(7)
    before = pushed.keeper.points()
    outcome = pushed.keeper.run(manual=False)
    assert (outcome["result"], outcome["reason"]) == ("ok", "clock-behind"), outcome.record
    assert pushed.keeper.points() == sorted([*before, str(outcome["restore_point"])]), "and none has gone"
    assert (pushed.keeper.target / "points" / str(outcome["restore_point"]) / "late.wav").read_text() == "x"
    assert pushed.keeper.run(manual=False).record == {}
    time.sleep(1)
    (pushed.sender.source / "later.wav").write_text("x")
    assert (pushed.both()["reason"], len(pushed.keeper.points())) == (None, 1)


def test_what_is_excluded_later_leaves_the_landing(pushed: Pushed) -> None:
    pushed.sender.fill(3)
    (pushed.sender.source / "x.tmp").write_text("x")
    assert pushed.both()["files"] == 4
    pushed.sender.conf.with_suffix(".exclude").write_text("*.tmp\n")
    assert pushed.both()["files"] == 3


@pytest.mark.parametrize("flavour", sorted(VERSIONS))
def test_the_rsyncs_of_macos_are_given_what_they_have(pushed: Pushed, flavour: str, tmp_path: Path) -> None:
    pushed.sender.fill(60)
    options = {f"options_{name}": " ".join(options_of(PUSH, name)) for name in FLAVOURS}
    pushed.sender.set(**{name.replace("-", "_").replace(".", "_"): value for name, value in options.items()})
    pushed.sender.conf.with_suffix(".exclude").write_text("*.tmp\n")
    pushed.sender.environment["PATH"] = stand_in(tmp_path / "bin", flavour)
    done = pushed.both()
    assert (done.code, done["files"]) == (0, 60), f"{done.record}{pushed.sender.log()}"
    shutil.rmtree(pushed.sender.source)
    pushed.sender.source.mkdir()
    (pushed.sender.source / "one").write_text("x")
    assert pushed.both()["reason"] == "brake-deletions", "who cannot count leaves that to the keeper"


#: What no sender of ours says; a rsync that is given one of these could leave the landing.
FOREIGN = (
    *("--inplace", "--link-dest=../../points", "--copy-dest=/", "--compare-dest=/", "--backup-dir=../../points"),
    *("--backup", "--temp-dir=/tmp", "--partial-dir=../..", "--log-file=/etc/owned", "--write-devices", "--sender"),
    *("--files-from=/etc/shadow", "--daemon", "--server", "--remove-source-files", "--append", "--chmod=u+s"),
    *("--super", "--fake-super", "--munge-links", "--no-munge-links", "--confine-root=/", "--relative", "--mkpath"),
    *("--keep-dirlinks", "--copy-unsafe-links", "--write-batch=/etc/owned", "--timeout=-1", "--log-format=%t", "--"),
    *("-s", "-L", "-K", "-k", "-R", "-D", "-o", "-g", "-A", "-X", "-b", "-T/tmp", "-x", "-M--inplace"),
    *("--modify-window=-1", "--modify-window=", "--modify-window=1;id"),
)


def test_the_gate_of_a_landing_takes_files_and_nothing_else(pushed: Pushed) -> None:
    identity = pushed.sender.values["id"]
    run = pushed.ask(f"begin {identity}").stdout.decode().strip()
    lines = [f"take {identity} {run} --server -lHtpre.iLsfxCIvu {option} . /" for option in FOREIGN]
    lines += [f"take {identity} {run} --server -re.iLsfxCIvu . / /etc", f"take {identity} {run} --server . /"]
    lines += [f"take {identity} 20200101T000000Z-1 --server -re.iLsfxCIvu . /", f"take {identity}"]
    lines += [f"{verb} {identity}" for verb in ("guard", "points", "newest", "snapshots", "send", "serve", "end", "x")]
    lines += [f"begin {identity} more", f"begin ../ws/{identity}", "begin", "", f"tell {identity} ok period"]
    lines += [f"end {identity} {run} 1 0", f"end {identity} {run} x 0", f"begin {identity};id"]
    for line in lines:
        done = pushed.ask(line)
        assert (done.returncode, done.stdout) == (5, b""), line
        assert done.stderr.startswith(b"studio-backup-gate: refused "), line
    assert list(pushed.landing.iterdir()) == []


def test_nobody_answers_is_away(pushed: Pushed) -> None:
    pushed.sender.fill(3)
    line = pushed.sender.values["sources"].replace("127.0.0.1", "127.0.0.9")
    outcome = pushed.sender.set(sources=line).run()
    assert (outcome.code, outcome["result"], outcome["reason"]) == (3, "away", "no-answer")


def test_hostile_names_arrive_as_they_are(pushed: Pushed) -> None:
    names = ["a\nb", "tab\tin", "100 %", " $(touch x)", "-rf", "a'b\"c", "ü", "x\\#012y"]
    for name in names:
        (pushed.sender.source / name).write_text(name)
    assert pushed.both()["files"] == len(names), pushed.keeper.log()
    for name in names:
        assert (pushed.keeper.newest() / name).read_text() == name


def test_a_link_in_the_place_of_the_landing_is_not_followed(pushed: Pushed) -> None:
    pushed.sender.fill(3)
    assert pushed.sender.run().code == 0
    shutil.rmtree(pushed.landing)
    pushed.landing.symlink_to("/etc")
    outcome = pushed.keeper.run()
    assert (outcome.code, outcome["reason"]) == (5, "source-missing")
    assert pushed.keeper.points() == []
