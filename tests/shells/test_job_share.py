"""Pushing by a share: records that anybody there may write, one landing for two ways, and no point of half a push."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.shells.job_bench import RECEIVER, SHELLS, STUDIO, Bench, Volume, call
from tests.shells.job_running import Job, build_job
from tests.shells.job_server import Server, start_sshd
from tests.shells.push_bench import fingerprint, shared_inodes
from tests.shells.share_bench import OTHER, RUN, Shared, make_shared


@pytest.fixture(scope="module")
def door(bench: Bench) -> Iterator[Server]:
    with start_sshd(bench.folder / "share-door", bench.folder / "etc" / "northlight") as started:
        yield started


@pytest.fixture
def sent(job: Job, door: Server) -> Shared:
    return make_shared(job, door)


@pytest.mark.parametrize("shell", SHELLS)
def test_what_is_pushed_by_the_share_becomes_a_point(sent: Shared, shell: str) -> None:
    sent.keeper.shell = SHELLS[shell]
    before = time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime())
    sent.push(10, opened=1)
    done = sent.keeper.run()
    assert (done.code, done["result"], done["files"], done["open"]) == (0, "ok", 10, True), sent.keeper.log() + done.err
    assert before <= str(done["restore_point"]) <= time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime())
    assert {path.lstat().st_uid for path in sent.keeper.newest().rglob("*")} == {0}
    assert not shared_inodes(sent.landing, sent.keeper.newest())
    assert sent.keeper.run(manual=False).record == {}, "nothing new landed: nothing to say"
    (sent.landing / "take-003.wav").unlink()
    time.sleep(1.1)  # a point is named by its second
    sent.put("begun", OTHER)
    sent.put("ended", f"{OTHER} 9 0")
    second = sent.keeper.run(manual=False)
    assert (second["result"], second["deleted"], second["files"]) == ("ok", 1, 9), sent.keeper.log()
    assert not (sent.share / "taken").exists()


def test_it_is_dated_when_it_began(sent: Shared) -> None:
    begun = sent.put("begun", RUN)
    moment = time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime(begun.stat().st_ctime))
    os.utime(begun, (0, 0))  # what a sender can set says nothing; that it does, moves the beginning to now
    assert time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime(begun.stat().st_ctime)) >= moment
    time.sleep(1.2)
    sent.fill(2)
    sent.put("ended", f"{RUN} 2 0")
    assert sent.keeper.run()["restore_point"] == time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime(begun.stat().st_ctime))


def test_a_push_that_is_cut_at_any_record_makes_no_point(sent: Shared) -> None:
    steps: list[Callable[[], object]] = [
        lambda: sent.put("begun", RUN),
        lambda: sent.put("alive", RUN),
        lambda: sent.fill(2),
        lambda: sent.fill(3),
        lambda: (sent.share / "ended.new").write_text(f"{RUN} 3 0"),
    ]
    for step in steps:
        step()
        assert sent.keeper.run(manual=False).record == {}, "it may still be on its way"
        assert sent.keeper.run()["reason"] == "nothing-landed", "nor does it lose it who asks"
        assert sent.keeper.points() == []
    sent.keeper.at(1000)
    lost = sent.keeper.run(manual=False)
    assert (lost.code, lost["result"], lost["reason"]) == (1, "failed", "incomplete")
    assert sent.keeper.run(manual=False).record == {}, "once"
    sent.keeper.at(0)
    (sent.share / "ended.new").rename(sent.share / "ended")
    assert sent.keeper.run(manual=False)["files"] == 3, "told as lost, it may still turn out to be whole"


def _link(sent: Shared) -> None:
    (sent.share / "begun").unlink()
    (sent.share / "begun").symlink_to("/etc/hostname")


def _pipe(sent: Shared) -> None:
    (sent.share / "ended").unlink()
    os.mkfifo(sent.share / "ended")


def _folder(sent: Shared) -> None:
    (sent.share / "begun").unlink()
    (sent.share / "begun").mkdir()


def _began_after_its_end(sent: Shared) -> None:
    time.sleep(1.1)
    sent.put("begun", RUN)


HOSTILE: dict[str, Callable[[Shared], object]] = {
    "a link": _link,
    "a pipe": _pipe,
    "a folder": _folder,
    "a huge record": lambda one: one.put("begun", RUN + " " * 5_000_000),
    "two lines": lambda one: one.put("ended", f"{RUN} 3 0\n{RUN} 3 0"),
    "no words": lambda one: one.put("begun", "$(touch /tmp/owned); `id`"),
    "no text": lambda one: (one.share / "begun").write_bytes(b"\xff\xfe\0\0"),
    "nothing": lambda one: one.put("ended", ""),
    "another run": lambda one: one.put("ended", f"{OTHER} 3 0"),
    "another beginning": lambda one: one.put("begun", OTHER),
    "fewer files": lambda one: one.put("ended", f"{RUN} 4 0"),
    "more files": lambda one: one.put("ended", f"{RUN} 2 0"),
    "a count that is none": lambda one: one.put("ended", f"{RUN} - 0"),
    "a count too long": lambda one: one.put("ended", f"{RUN} {'9' * 40} 0"),
    "a word too many": lambda one: one.put("ended", f"{RUN} 3 0 3"),
    "a word too few": lambda one: one.put("ended", f"{RUN} 3"),
    "small letters": lambda one: one.put("begun", RUN.lower()),
    "its end before its beginning": _began_after_its_end,
    "no beginning": lambda one: (one.share / "begun").unlink(),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_no_point_is_made_of_what_is_no_push(sent: Shared, what: str) -> None:
    sent.push(3)
    HOSTILE[what](sent)
    before = time.monotonic()
    done = sent.keeper.run()
    assert time.monotonic() - before < 20
    assert done.record["reason"] in ("incomplete", "nothing-landed"), done.record
    assert sent.keeper.points() == []
    call("rm", "-rf", sent.share / "begun", sent.share / "ended")
    sent.push(3, OTHER)
    assert sent.keeper.run()["result"] == "ok", "and the next one is judged afresh"


@pytest.mark.long
@pytest.mark.parametrize("shell", SHELLS)
def test_no_shell_takes_it_for_one(sent: Shared, shell: str) -> None:
    sent.keeper.shell = SHELLS[shell]
    for number, (what, spoil) in enumerate(HOSTILE.items()):
        call("sh", "-c", 'rm -rf "$1"/*', "sh", sent.share)
        sent.push(3)
        spoil(sent)
        done = sent.keeper.run()
        assert done.record["reason"] in ("incomplete", "nothing-landed"), (what, done.record, done.err)
        assert sent.keeper.points() == [], (number, what)


def test_a_record_that_never_opens_holds_nothing_up(sent: Shared) -> None:
    """Between the look at a record and its reading it may become a pipe: the reading ends, and is done as its user."""
    sent.push(3)
    hooks = sent.keeper.state.parent / "hooks"
    hooks.mkdir(exist_ok=True)
    begun = sent.share / "begun"
    swap = f"id -u >{hooks}/who; rm -f {begun}; mkfifo {begun}"
    (hooks / "head").write_text(f'#!/bin/sh\ncase "$*" in *begun*) {swap} ;; esac\nexec /usr/bin/head "$@"\n')
    (hooks / "head").chmod(0o755)
    hooks.chmod(0o777)
    sent.keeper.environment["PATH"] = f"{hooks}:{os.environ['PATH']}"
    before = time.monotonic()
    assert sent.keeper.run().record["reason"] == "nothing-landed"
    assert time.monotonic() - before < 30
    assert (hooks / "who").read_text().strip() != "0"


@pytest.mark.parametrize("shell", SHELLS)
def test_what_goes_away_while_it_is_read_is_not_in_a_whole_point(sent: Shared, shell: str) -> None:
    """rsync counts what it listed, and only warns of what was gone when it came to it."""
    sent.keeper.shell = SHELLS[shell]
    sent.push(3)
    with (sent.landing / "a-long.wav").open("wb") as long:
        long.truncate(3_000_000)
    shutil.chown(sent.landing / "a-long.wav", RECEIVER, RECEIVER)
    sent.put("ended", f"{RUN} 4 0")
    sent.keeper.set(bandwidth="1000")
    started = sent.keeper.start()
    deadline = time.time() + 20
    while not list(sent.keeper.target.glob(".partial/.a-long.wav.*")) and time.time() < deadline:
        time.sleep(0.02)
    (sent.landing / "take-002.wav").unlink()
    out, _ = started.communicate(timeout=60)
    assert "file has vanished" in sent.keeper.log()
    assert ('"reason":"rsync-partial"' in out, sent.keeper.points()) == (True, []), out


def test_what_begins_anew_while_it_is_read_is_dropped(sent: Shared) -> None:
    sent.push(3)
    sent.during(f"printf {OTHER} >begun.new; mv begun.new begun")
    outcome = sent.keeper.run()
    assert (outcome.code, outcome["result"], outcome["reason"]) == (3, "busy", "landing-busy"), sent.keeper.log()
    assert sent.keeper.points() == []
    assert not (sent.share / "taken").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_what_is_put_in_its_place_while_it_is_read_is_not_read(sent: Shared, shell: str) -> None:
    sent.keeper.shell = SHELLS[shell]
    sent.push(3)
    sent.during("mv ../files ../away 2>/dev/null && ln -s /etc ../files || :")
    assert sent.keeper.run()["files"] == 3, sent.keeper.log()
    assert sorted(path.name for path in sent.keeper.newest().iterdir()) == [f"take-{one:03}.wav" for one in range(3)]
    sent.landing.unlink()


def test_the_landing_is_taken_while_it_is_read_and_its_user_cannot_change_that(sent: Shared, tmp_path: Path) -> None:
    sent.push(3)
    said = tmp_path / "said"
    sent.during(f"ls -ln taken >>{said}; cat taken >>{said}")
    assert sent.keeper.run()["result"] == "ok", sent.keeper.log()
    assert re.match(r"-rw-r--r-- 1 0 0 .* taken\n\d{8}T\d{6}Z-\d+\n", said.read_text())
    (sent.share / "taken").write_text("x\n")
    os.chown(sent.share / "taken", 0, 0)
    for script in ("rm -f taken", "mv taken away", "echo x >taken", "echo x >y; mv -f y taken", "ln -sf /etc taken",
                   "mv ../records ../away", "rm -rf ../records", "rmdir ../records", "chmod 777 ."):  # fmt: skip
        sent.as_user(script)
        assert (sent.share / "taken").read_text() == "x\n", script
        assert not (sent.share / "taken").is_symlink()
        assert oct(sent.share.stat().st_mode)[-4:] == "1770"
    assert sent.ask(f"begin {sent.sender.values['id']}").stderr == b"studio-backup-gate: landing in use\n"


def test_what_a_killed_run_left_is_cleared_away_by_the_next(sent: Shared) -> None:
    (sent.share / "taken").write_text("x\n")
    assert sent.keeper.run(manual=False).record == {}
    assert not (sent.share / "taken").exists()


def test_a_sign_of_life_that_is_written_right_now_is_one(sent: Shared) -> None:
    """Windows has no rename over a file: for a moment neither the old nor the new one stands there."""
    sent.put("begun", RUN)
    time.sleep(4)
    aside = sent.put("alive", RUN).rename(sent.share / "alive.new")
    sent.keeper.at(898)
    later = threading.Timer(0.7, lambda: aside.rename(sent.share / "alive"))
    later.start()
    assert sent.keeper.run(manual=False).record == {}
    later.join()
    (sent.share / "alive").rename(aside)
    lost = sent.keeper.run(manual=False)
    assert (lost["result"], lost["reason"]) == ("failed", "incomplete"), (
        "a sender that died right then is found all the same"
    )


@pytest.mark.parametrize("shell", SHELLS)
def test_the_gate_waits_for_a_sender_in_the_share_and_not_for_a_dead_one(sent: Shared, shell: str) -> None:
    sent.keeper.shell = SHELLS[shell]
    begin = f"begin {sent.sender.values['id']}"
    sent.put("begun", RUN)
    sent.put("alive", RUN)
    for seconds, code in ((0, 3), (290, 3), (310, 0)):
        done = sent.later(begin, seconds)
        assert done.returncode == code, (seconds, done)
        assert (sent.share / "taken").exists() == (code == 0)
    assert sorted(path.name for path in sent.share.iterdir()) == ["taken"], "what was begun there is no push any more"
    run = done.stdout.decode().strip()
    sent.put("begun", OTHER)  # who does not look
    for line in (
        f"take {sent.sender.values['id']} {run} --server -re.iLsfxCIvu . /",
        f"end {sent.sender.values['id']} {run} 1 0",
    ):
        assert sent.ask(line).stderr == b"studio-backup-gate: refused incomplete\n"


def test_a_whole_push_by_the_share_keeps_nobody_out(sent: Shared) -> None:
    sent.push(3)
    sent.sender.fill(4)
    done = sent.both()
    assert (done["result"], done["files"]) == ("ok", 4), "what came last counts"
    assert list(sent.share.iterdir()) == []


def test_two_ways_fill_one_landing(sent: Shared) -> None:
    sent.sender.fill(5)
    assert sent.both()["files"] == 5
    time.sleep(1.1)
    sent.put("begun", RUN)
    sent.put("ended", f"{RUN} 5 0")
    again = sent.keeper.run(manual=False)
    assert (again["result"], again["files"], again["rewritten"], again["deleted"]) == ("ok", 5, 0, 0)
    first, second = (sent.keeper.target / "points" / name for name in sent.keeper.points())
    assert (first / "take-001.wav").samefile(second / "take-001.wav")


def test_what_the_share_came_after_is_no_push_of_the_gate_any_more(sent: Shared) -> None:
    sent.sender.fill(3)
    assert sent.sender.run().code == 0
    sent.put("begun", RUN)
    sent.put("alive", RUN)
    (sent.landing / "take-000.wav").write_text("half")
    assert sent.keeper.run(manual=False).record == {}
    for name in ("begun", "alive"):
        (sent.share / name).unlink()
    assert sent.keeper.run().record["reason"] == "nothing-landed", "the gate's end is not that of what lies there now"
    assert sent.keeper.points() == []


def test_deleting_records_brings_no_earlier_push_back(sent: Shared) -> None:
    sent.sender.fill(3)
    assert sent.both().code == 0
    time.sleep(1.1)
    sent.push(4)
    assert sent.keeper.run().code == 0
    before = fingerprint(sent.keeper.target / "points")
    sent.as_user("rm -f begun alive ended")
    (sent.landing / "take-001.wav").write_text("encrypted")
    assert sent.keeper.run(manual=False).record == {}
    assert fingerprint(sent.keeper.target / "points") == before


def test_a_push_by_the_gate_that_was_cut_lets_the_share_in_after_a_while(sent: Shared) -> None:
    assert sent.ask(f"begin {sent.sender.values['id']}").returncode == 0
    assert (sent.share / "taken").exists()
    assert sent.keeper.run(manual=False).record == {}
    assert (sent.share / "taken").exists(), "it may be on its way"
    sent.keeper.at(1000)
    assert sent.keeper.run(manual=False)["reason"] == "incomplete"
    assert not (sent.share / "taken").exists()


def test_both_ways_tell_why_nothing_was_sent_once(sent: Shared) -> None:
    sent.put("told", f"{RUN} refused source-unmounted")
    told = sent.keeper.run(manual=False)
    assert (told.code, told["result"], told["reason"]) == (5, "refused", "source-unmounted")
    assert sent.ask(f"tell {sent.sender.values['id']} busy source-busy").returncode == 0
    assert sent.keeper.run(manual=False)["reason"] == "source-busy"
    assert sent.keeper.run(manual=False).record == {}
    sent.put("told", f"{OTHER} failed $(id)")
    assert sent.keeper.run(manual=False).record == {}, "no words are nothing"
    sent.put("told", f"{OTHER} ok period")
    assert sent.keeper.run(manual=False)["result"] == "failed"


def test_what_was_told_before_a_push_by_the_share_is_not_the_answer_to_it(sent: Shared) -> None:
    sent.put("told", f"{RUN} refused brake-deletions")
    time.sleep(1.1)
    sent.push(3, OTHER)
    assert sent.keeper.run()["result"] == "ok", "nobody had looked since the refusal, and it is past"
    sent.put("told", f"{OTHER} refused source-unmounted")
    assert sent.keeper.run(manual=False)["reason"] == "source-unmounted", "what is told after it is heard"


def test_a_push_that_was_given_up_is_told_and_not_lost(sent: Shared) -> None:
    sent.put("begun", RUN)
    sent.put("told", f"{RUN} refused brake-deletions")
    assert sent.keeper.run(manual=False)["reason"] == "brake-deletions"
    sent.keeper.at(1000)
    assert sent.keeper.run(manual=False).record == {}
    sent.sender.fill(1)
    assert sent.sender.run().code == 0, "and keeps nobody out"


def test_links_of_the_other_system_are_not_counted(sent: Shared) -> None:
    sent.push(3)
    (sent.landing / "link").symlink_to("/rsyncd-munged/take-000.wav")
    done = sent.keeper.run()
    assert (done["result"], done["files"]) == ("ok", 4)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_folder_for_what_lands_that_was_made_by_half_becomes_the_user_s(
    sent: Shared, tmp_path: Path, shell: str
) -> None:
    """Killed before it was given away, it was root's for good: nobody who sends could write there."""
    values = sent.keeper.values
    words = [values["target_root"], values["target_id"], values["target_volume"], STUDIO, str(sent.landing), RECEIVER]
    guard = [*SHELLS[shell], str(sent.keeper.program / "share.sh"), *words]
    (tmp_path / "chown").write_text("#!/bin/sh\nkill -KILL $PPID\n")
    (tmp_path / "chown").chmod(0o755)
    path = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    assert subprocess.run(guard, env=path, check=False, capture_output=True).returncode != 0
    for _ in range(2):
        assert subprocess.run(guard, check=False, capture_output=True).returncode == 0
        assert sent.landing.owner() == RECEIVER
    sent.landing.rmdir()
    sent.landing.symlink_to(tmp_path)
    assert subprocess.run(guard, check=False, capture_output=True).returncode == 1
    assert tmp_path.owner() == "root"
    sent.landing.unlink()


def test_a_brake_is_judged_once_for_each_push(sent: Shared) -> None:
    sent.push(100)
    assert sent.keeper.run().code == 0
    for take in list(sent.landing.iterdir())[:80]:
        take.unlink()
    time.sleep(1.1)
    sent.put("begun", OTHER)
    sent.put("ended", f"{OTHER} 20 0")
    outcome = sent.keeper.run(manual=False)
    assert (outcome.code, outcome["reason"]) == (5, "brake-deletions")
    assert sent.keeper.run(manual=False).record == {}
    sent.keeper.accept(outcome["run"])
    assert sent.keeper.run(manual=False)["result"] == "ok"


@pytest.fixture
def on_btrfs(
    bench: Bench, work: Volume, pool: Volume, door: Server, request: pytest.FixtureRequest
) -> Iterator[Shared]:
    built = build_job(bench, work, pool, f"s{abs(hash(request.node.nodeid)) % 10**9}", store="btrfs")
    made = make_shared(built, door)
    yield made
    for point in made.keeper.points():
        call("btrfs", "subvolume", "delete", made.keeper.target / "points" / point)
    call("btrfs", "subvolume", "delete", made.landing)
    shutil.rmtree(built.target)
    shutil.rmtree(built.source)


def let_in(sent: Shared, shell: str = "dash") -> int:
    """What smbd asks before it lets anybody in."""
    words = [sent.keeper.values[f"target_{one}"] for one in ("root", "id", "volume")]
    program = [*SHELLS[shell], str(sent.keeper.program / "share.sh"), *words, STUDIO, str(sent.landing), RECEIVER]
    return subprocess.run(program, check=False, capture_output=True, timeout=30).returncode


@pytest.mark.parametrize("shell", SHELLS)
def test_where_it_lands_is_made_as_somebody_comes(sent: Shared, shell: str) -> None:
    for _ in range(2):
        assert let_in(sent, shell) == 0
        assert (sent.landing.owner(), oct(sent.landing.stat().st_mode)[-4:]) == (RECEIVER, "0700")
    sent.landing.rmdir()
    sent.landing.symlink_to("/etc")
    assert let_in(sent, shell) == 1, "nobody is let in to a link"
    sent.landing.unlink()


def test_on_btrfs_it_is_a_subvolume_and_a_snapshot_of_it_the_point(on_btrfs: Shared) -> None:
    assert let_in(on_btrfs) == 0
    assert on_btrfs.landing.stat().st_ino == 256
    on_btrfs.push(10)
    done = on_btrfs.keeper.run()
    assert (done.code, done["result"], done["files"]) == (0, "ok", 10), f"{done.record}{on_btrfs.keeper.log()}"
    assert call("btrfs", "property", "get", "-ts", on_btrfs.keeper.newest(), "ro") == "ro=true"
    before = fingerprint(on_btrfs.keeper.newest())
    time.sleep(1.1)
    (on_btrfs.landing / "take-002.wav").write_text("another take 2\n")
    on_btrfs.put("begun", OTHER)
    on_btrfs.put("ended", f"{OTHER} 10 0")
    on_btrfs.during(f"printf {RUN} >begun.new; mv begun.new begun")
    assert on_btrfs.keeper.run()["reason"] == "landing-busy"
    assert len(on_btrfs.keeper.points()) == 1
    assert fingerprint(on_btrfs.keeper.newest()) == before
