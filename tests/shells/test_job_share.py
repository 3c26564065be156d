"""Pushing by a share: records that anybody there may write, one landing for two ways, and no point of half a push."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.shells.job_bench import SHELLS, Bench, call
from tests.shells.job_running import Job
from tests.shells.job_server import Server, start_sshd
from tests.shells.push_bench import fingerprint, shared_inodes
from tests.shells.share_bench import OTHER, RUN, Shared, make_shared


@pytest.fixture(scope="module")
def door(bench: Bench) -> Iterator[Server]:
    with start_sshd(bench.folder / "share-door", bench.folder / "etc" / "northlight") as started:
        yield started


@pytest.fixture
def shared(job: Job, door: Server) -> Shared:
    return make_shared(job, door)


@pytest.mark.parametrize("shell", SHELLS)
def test_what_is_pushed_by_the_share_becomes_a_point(shared: Shared, shell: str) -> None:
    shared.keeper.shell = SHELLS[shell]
    before = time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime())
    shared.push(10, opened=1)
    done = shared.keeper.run()
    assert (done.code, done["result"], done["files"], done["open"]) == (0, "ok", 10, True), (
        shared.keeper.log() + done.err
    )
    assert before <= str(done["restore_point"]) <= time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime())
    assert {path.lstat().st_uid for path in shared.keeper.newest().rglob("*")} == {0}
    assert not shared_inodes(shared.landing, shared.keeper.newest())
    assert shared.keeper.run(manual=False).record == {}, "nothing new landed: nothing to say"
    (shared.landing / "take-003.wav").unlink()
    time.sleep(1.1)  # a point is named by its second
    shared.put("begun", OTHER)
    shared.put("ended", f"{OTHER} 9 0")
    second = shared.keeper.run(manual=False)
    assert (second["result"], second["deleted"], second["files"]) == ("ok", 1, 9), shared.keeper.log()
    assert not (shared.share / "taken").exists()


def test_it_is_dated_when_it_began(shared: Shared) -> None:
    begun = shared.put("begun", RUN)
    moment = time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime(begun.stat().st_ctime))
    os.utime(begun, (0, 0))  # what a sender can set says nothing; that it does, moves the beginning to now
    assert time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime(begun.stat().st_ctime)) >= moment
    time.sleep(1.2)
    shared.fill(2)
    shared.put("ended", f"{RUN} 2 0")
    assert shared.keeper.run()["restore_point"] == time.strftime(
        "%Y-%m-%dT%H-%M-%SZ", time.gmtime(begun.stat().st_ctime)
    )


def test_a_push_that_is_cut_at_any_record_makes_no_point(shared: Shared) -> None:
    steps: list[Callable[[], object]] = [
        lambda: shared.put("begun", RUN),
        lambda: shared.put("alive", RUN),
        lambda: shared.fill(2),
        lambda: shared.fill(3),
        lambda: (shared.share / "ended.new").write_text(f"{RUN} 3 0"),
    ]
    for step in steps:
        step()
        assert shared.keeper.run(manual=False).record == {}, "it may still be on its way"
        assert shared.keeper.points() == []
    shared.keeper.at(1000)
    lost = shared.keeper.run(manual=False)
    assert (lost.code, lost["result"], lost["reason"]) == (1, "failed", "incomplete")
    assert shared.keeper.run(manual=False).record == {}, "once"
    shared.keeper.at(0)
    (shared.share / "ended.new").rename(shared.share / "ended")
    assert shared.keeper.run(manual=False)["files"] == 3, "told as lost, it may still turn out to be whole"


def _link(shared: Shared) -> None:
    (shared.share / "begun").unlink()
    (shared.share / "begun").symlink_to("/etc/hostname")


def _pipe(shared: Shared) -> None:
    (shared.share / "ended").unlink()
    os.mkfifo(shared.share / "ended")


def _folder(shared: Shared) -> None:
    (shared.share / "begun").unlink()
    (shared.share / "begun").mkdir()


def _began_after_its_end(shared: Shared) -> None:
    time.sleep(1.1)
    shared.put("begun", RUN)


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
def test_no_point_is_made_of_what_is_no_push(shared: Shared, what: str) -> None:
    shared.push(3)
    HOSTILE[what](shared)
    before = time.monotonic()
    done = shared.keeper.run()
    assert time.monotonic() - before < 20
    assert done.record["reason"] in ("incomplete", "nothing-landed"), done.record
    assert shared.keeper.points() == []
    call("rm", "-rf", shared.share / "begun", shared.share / "ended")
    shared.push(3, OTHER)
    assert shared.keeper.run()["result"] == "ok", "and the next one is judged afresh"


def test_a_record_that_never_opens_holds_nothing_up(shared: Shared) -> None:
    """Between the look at a record and its reading it may become a pipe: the reading ends, and is done as its user."""
    shared.push(3)
    hooks = shared.keeper.state.parent / "hooks"
    hooks.mkdir(exist_ok=True)
    begun = shared.share / "begun"
    swap = f"id -u >{hooks}/who; rm -f {begun}; mkfifo {begun}"
    (hooks / "head").write_text(f'#!/bin/sh\ncase "$*" in *begun*) {swap} ;; esac\nexec /usr/bin/head "$@"\n')
    (hooks / "head").chmod(0o755)
    hooks.chmod(0o777)
    shared.keeper.environment["PATH"] = f"{hooks}:{os.environ['PATH']}"
    before = time.monotonic()
    assert shared.keeper.run().record["reason"] == "nothing-landed"
    assert time.monotonic() - before < 30
    assert (hooks / "who").read_text().strip() != "0"


def test_what_begins_anew_while_it_is_read_is_dropped(shared: Shared) -> None:
    shared.push(3)
    shared.during(f"printf {OTHER} >begun.new; mv begun.new begun")
    outcome = shared.keeper.run()
    assert (outcome.code, outcome["result"], outcome["reason"]) == (3, "busy", "landing-busy"), shared.keeper.log()
    assert shared.keeper.points() == []
    assert not (shared.share / "taken").exists()


def test_the_landing_is_taken_while_it_is_read_and_its_user_cannot_change_that(shared: Shared, tmp_path: Path) -> None:
    shared.push(3)
    said = tmp_path / "said"
    shared.during(f"ls -ln taken >>{said}; cat taken >>{said}")
    assert shared.keeper.run()["result"] == "ok", shared.keeper.log()
    assert re.match(r"-rw-r--r-- 1 0 0 .* taken\n\d{8}T\d{6}Z-\d+\n", said.read_text())
    (shared.share / "taken").write_text("x\n")
    os.chown(shared.share / "taken", 0, 0)
    for script in ("rm -f taken", "mv taken away", "echo x >taken", "echo x >y; mv -f y taken", "ln -sf /etc taken",
                   "mv ../records ../away", "rm -rf ../records", "rmdir ../records", "chmod 777 ."):  # fmt: skip
        shared.as_user(script)
        assert (shared.share / "taken").read_text() == "x\n", script
        assert not (shared.share / "taken").is_symlink()
        assert oct(shared.share.stat().st_mode)[-4:] == "1770"
    assert shared.ask(f"begin {shared.sender.values['id']}").stderr == b"studio-backup-gate: landing in use\n"


def test_what_a_killed_run_left_is_cleared_away_by_the_next(shared: Shared) -> None:
    (shared.share / "taken").write_text("x\n")
    assert shared.keeper.run(manual=False).record == {}
    assert not (shared.share / "taken").exists()


def test_the_gate_waits_for_a_sender_in_the_share_and_not_for_a_dead_one(shared: Shared) -> None:
    begin = f"begin {shared.sender.values['id']}"
    shared.put("begun", RUN)
    shared.put("alive", RUN)
    for seconds, code in ((0, 3), (290, 3), (310, 0)):
        done = shared.later(begin, seconds)
        assert done.returncode == code, (seconds, done)
        assert (shared.share / "taken").exists() == (code == 0)
    assert sorted(path.name for path in shared.share.iterdir()) == ["taken"], "what was begun there is no push any more"
    run = done.stdout.decode().strip()
    shared.put("begun", OTHER)  # who does not look
    for line in (
        f"take {shared.sender.values['id']} {run} --server -re.iLsfxCIvu . /",
        f"end {shared.sender.values['id']} {run} 1 0",
    ):
        assert shared.ask(line).stderr == b"studio-backup-gate: refused incomplete\n"


def test_a_whole_push_by_the_share_keeps_nobody_out(shared: Shared) -> None:
    shared.push(3)
    shared.sender.fill(4)
    done = shared.both()
    assert (done["result"], done["files"]) == ("ok", 4), "what came last counts"
    assert list(shared.share.iterdir()) == []


def test_two_ways_fill_one_landing(shared: Shared) -> None:
    shared.sender.fill(5)
    assert shared.both()["files"] == 5
    time.sleep(1.1)
    shared.put("begun", RUN)
    shared.put("ended", f"{RUN} 5 0")
    again = shared.keeper.run(manual=False)
    assert (again["result"], again["files"], again["rewritten"], again["deleted"]) == ("ok", 5, 0, 0)
    first, second = (shared.keeper.target / "points" / name for name in shared.keeper.points())
    assert (first / "take-001.wav").samefile(second / "take-001.wav")


def test_what_the_share_came_after_is_no_push_of_the_gate_any_more(shared: Shared) -> None:
    shared.sender.fill(3)
    assert shared.sender.run().code == 0
    shared.put("begun", RUN)
    shared.put("alive", RUN)
    (shared.landing / "take-000.wav").write_text("half")
    assert shared.keeper.run(manual=False).record == {}
    for name in ("begun", "alive"):
        (shared.share / name).unlink()
    assert shared.keeper.run().record["reason"] == "nothing-landed", "the gate's end is not that of what lies there now"
    assert shared.keeper.points() == []


def test_deleting_records_brings_no_earlier_push_back(shared: Shared) -> None:
    shared.sender.fill(3)
    assert shared.both().code == 0
    time.sleep(1.1)
    shared.push(4)
    assert shared.keeper.run().code == 0
    before = fingerprint(shared.keeper.target / "points")
    shared.as_user("rm -f begun alive ended")
    (shared.landing / "take-001.wav").write_text("encrypted")
    assert shared.keeper.run(manual=False).record == {}
    assert fingerprint(shared.keeper.target / "points") == before


def test_a_push_by_the_gate_that_was_cut_lets_the_share_in_after_a_while(shared: Shared) -> None:
    assert shared.ask(f"begin {shared.sender.values['id']}").returncode == 0
    assert (shared.share / "taken").exists()
    assert shared.keeper.run(manual=False).record == {}
    assert (shared.share / "taken").exists(), "it may be on its way"
    shared.keeper.at(1000)
    assert shared.keeper.run(manual=False)["reason"] == "incomplete"
    assert not (shared.share / "taken").exists()


def test_both_ways_tell_why_nothing_was_sent_once(shared: Shared) -> None:
    shared.put("told", f"{RUN} refused source-unmounted")
    told = shared.keeper.run(manual=False)
    assert (told.code, told["result"], told["reason"]) == (5, "refused", "source-unmounted")
    assert shared.ask(f"tell {shared.sender.values['id']} busy source-busy").returncode == 0
    assert shared.keeper.run(manual=False)["reason"] == "source-busy"
    assert shared.keeper.run(manual=False).record == {}
    shared.put("told", f"{OTHER} failed $(id)")
    assert shared.keeper.run(manual=False).record == {}, "no words are nothing"
    shared.put("told", f"{OTHER} ok period")
    assert shared.keeper.run(manual=False)["result"] == "failed"


def test_a_push_that_was_given_up_is_told_and_not_lost(shared: Shared) -> None:
    shared.put("begun", RUN)
    shared.put("told", f"{RUN} refused brake-deletions")
    assert shared.keeper.run(manual=False)["reason"] == "brake-deletions"
    shared.keeper.at(1000)
    assert shared.keeper.run(manual=False).record == {}
    shared.sender.fill(1)
    assert shared.sender.run().code == 0, "and keeps nobody out"


def test_links_of_the_other_system_are_not_counted(shared: Shared) -> None:
    shared.push(3)
    (shared.landing / "link").symlink_to("/rsyncd-munged/take-000.wav")
    done = shared.keeper.run()
    assert (done["result"], done["files"]) == ("ok", 4)


def test_a_brake_is_judged_once_for_each_push(shared: Shared) -> None:
    shared.push(100)
    assert shared.keeper.run().code == 0
    for take in list(shared.landing.iterdir())[:80]:
        take.unlink()
    time.sleep(1.1)
    shared.put("begun", OTHER)
    shared.put("ended", f"{OTHER} 20 0")
    outcome = shared.keeper.run(manual=False)
    assert (outcome.code, outcome["reason"]) == (5, "brake-deletions")
    assert shared.keeper.run(manual=False).record == {}
    shared.keeper.accept(outcome["run"])
    assert shared.keeper.run(manual=False)["result"] == "ok"
