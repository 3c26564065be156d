"""The brake: a tree that lost or rewrote too much never becomes a restore point, unless its list was accepted."""

from __future__ import annotations

import json
import os

import pytest

from tests.shells.job_bench import SHELLS, Bench, Volume
from tests.shells.job_running import Job, build_job

pytestmark = pytest.mark.usefixtures("job")


@pytest.fixture(params=["tree", "btrfs"])
def kept(request: pytest.FixtureRequest, bench: Bench, work: Volume, tank: Volume, pool: Volume) -> Job:
    """A job with one restore point of 100 files."""
    name = f"k{abs(hash(request.node.nodeid)) % 10**9}"
    job = build_job(bench, work, pool if request.param == "btrfs" else tank, name, request.param)
    job.fill(100)
    outcome = job.run()
    assert outcome.code == 0, outcome.err + job.log()
    return job


def delete(job: Job, count: int) -> None:
    for number in range(count):
        (job.source / f"take-{number:03}.wav").unlink()


def rewrite(job: Job, count: int) -> None:
    for number in range(count):
        (job.source / f"take-{number:03}.wav").write_text(f"encrypted {number} {os.urandom(8).hex()}")


def test_sixty_percent_deleted_is_refused_and_rotates_nothing(kept: Job) -> None:
    kept.pretend_point("2020-01-01T00-00-00Z") if kept.values["store"] == "tree" else None
    kept.set(keep_last="1")
    before = kept.points()
    delete(kept, 60)
    outcome = kept.run()
    assert (outcome.code, outcome["result"], outcome["reason"]) == (5, "refused", "brake-deletions")
    assert (outcome["deleted"], outcome["rewritten"], outcome["restore_point"]) == (60, 0, None)
    assert kept.points() == before
    assert len(list(kept.newest().iterdir())) == 100
    listed = kept.run("accept-list", str(outcome["run"])).out.splitlines()
    assert sorted(listed) == [f"deleted\ttake-{number:03}.wav" for number in range(60)]


def test_sixty_percent_rewritten_is_refused(kept: Job) -> None:
    rewrite(kept, 60)
    outcome = kept.run()
    assert (outcome.code, outcome["reason"]) == (5, "brake-rewrites")
    assert (outcome["deleted"], outcome["rewritten"]) == (0, 60)
    assert (kept.newest() / "take-001.wav").read_text() == "take 1\n"
    again = kept.run()
    assert (again["reason"], again["rewritten"]) == ("brake-rewrites", 60), "the tree left behind is judged too"


def test_renamed_and_encrypted_counts_as_deleted(kept: Job) -> None:
    for number in range(60):
        path = kept.source / f"take-{number:03}.wav"
        path.rename(path.with_suffix(".locked"))
    outcome = kept.run()
    assert (outcome["reason"], outcome["deleted"], outcome["created"]) == ("brake-deletions", 60, 60)


def test_files_that_became_links_count_as_gone(kept: Job) -> None:
    for number in range(60):
        path = kept.source / f"take-{number:03}.wav"
        path.unlink()
        path.symlink_to("/etc/hostname")
    outcome = kept.run()
    assert (outcome["reason"], outcome["deleted"]) == ("brake-deletions", 60)


def test_a_few_of_both_together_are_too_much(kept: Job) -> None:
    delete(kept, 28)
    for number in range(40, 68):
        (kept.source / f"take-{number:03}.wav").write_text("something else entirely")
    outcome = kept.run()
    assert (outcome.code, outcome["deleted"], outcome["rewritten"]) == (5, 28, 28)


def test_fifty_of_a_hundred_is_under_the_number_and_passes(kept: Job) -> None:
    delete(kept, 50)
    outcome = kept.run()
    assert (outcome.code, outcome["deleted"]) == (0, 50)


def test_a_small_share_of_many_passes(kept: Job) -> None:
    kept.set(brake_files="5")
    delete(kept, 20)
    assert kept.run().code == 0
    delete_again = [kept.source / f"take-{number:03}.wav" for number in range(20, 37)]
    for path in delete_again:
        path.unlink()
    assert kept.run().code == 5, "17 of 80 is over a fifth"


def test_new_permissions_are_no_rewrite(kept: Job) -> None:
    for path in kept.source.iterdir():
        path.chmod(0o600)
    outcome = kept.run()
    assert (outcome.code, outcome["rewritten"], outcome["deleted"]) == (0, 0, 0)


def test_the_brake_holds_when_what_was_remembered_is_lost(kept: Job) -> None:
    (kept.state / "points" / kept.values["id"]).unlink()
    delete(kept, 60)
    outcome = kept.run()
    assert (outcome["reason"], outcome["deleted"]) == ("brake-deletions", 60)


def test_an_accepted_list_passes_once_and_keeps_who(kept: Job) -> None:
    delete(kept, 60)
    refused = kept.run()
    kept.accept(refused["run"])
    accepted = kept.run()
    assert (accepted.code, accepted["accepted_by"], accepted["deleted"]) == (0, "Kim Lee", 60), kept.log()
    assert not (kept.state / "accept" / kept.values["id"]).exists()
    assert len(kept.points()) == 2
    kept.fill(100)
    assert kept.run().code == 0
    delete(kept, 60)
    assert kept.run()["reason"] == "brake-deletions", "a second time needs a second acceptance"


def test_an_accepted_list_forgives_nothing_but_itself(kept: Job) -> None:
    delete(kept, 60)
    refused = kept.run()
    kept.accept(refused["run"])
    for number in range(60, 80):
        (kept.source / f"take-{number:03}.wav").unlink()
    kept.set(brake_files="10")
    kept.set(brake_percent="10")
    again = kept.run()
    assert (again.code, again["reason"], again["deleted"]) == (5, "brake-deletions", 80)
    assert again["accepted_by"] == "Kim Lee"


def test_hard_links_are_no_deletions(kept: Job) -> None:
    for number in range(70):
        (kept.source / f"link-{number:03}.wav").hardlink_to(kept.source / f"take-{number:03}.wav")
    assert kept.run()["deleted"] == 0
    for number in range(30):
        (kept.source / f"take-{number:03}.wav").write_text("a longer take")
    outcome = kept.run()
    assert outcome["deleted"] == 0


def test_hostile_names_are_counted_one_by_one(job: Job) -> None:
    names = ["a\nb", "tab\tin it", "100 %", "*deleting   x", "u\u0308", "\u00fc", " is newer", "-rf", "\\#012"]
    names += [f">f+++++++++\t1\t2026-01-01\t{number}" for number in range(60)]
    for name in names:
        (job.source / name).write_text("x")
    assert job.run().code == 0
    for name in names:
        (job.source / name).unlink()
    (job.source / "one left").write_text("x")
    outcome = job.run()
    assert (outcome["reason"], outcome["deleted"], outcome["created"]) == ("brake-deletions", len(names), 1)
    listed = (job.state / "runs" / f"{job.values['id']}.{outcome['run']}.list").read_text().splitlines()
    assert len(listed) == len(names)
    assert "deleted\ta\\#012b" in listed
    assert "deleted\ttab\\#011in it" in listed


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_refuses_and_accepts_alike(job: Job, shell: str) -> None:
    job.shell = SHELLS[shell]
    job.fill(60)
    assert job.run().code == 0
    rewrite(job, 55)
    refused = job.run()
    assert (refused.code, refused["reason"]) == (5, "brake-rewrites")
    job.accept(refused["run"], 'Kim "K" Lee')
    accepted = job.run()
    assert (accepted.code, accepted["accepted_by"]) == (0, "Kim K Lee")
    assert json.loads(accepted.out)["rewritten"] == 55


@pytest.mark.parametrize("shell", SHELLS)
def test_a_run_by_a_clock_that_was_set_back_keeps_its_record_and_list(kept: Job, shell: str) -> None:
    """By its name it is the oldest of all, and 200 are kept: it went at once, and nobody could accept it."""
    kept.shell = SHELLS[shell]
    for number in range(200):
        name = f"{kept.values['id']}.2096{number:04}T000000Z-1"
        (kept.state / "runs" / f"{name}.json").write_text('{"result":"ok"}\n')
    for take in list(kept.source.iterdir())[:60]:
        take.unlink()
    refused = kept.run()
    assert refused["reason"] == "brake-deletions"
    assert len(kept.run("accept-list", str(refused["run"])).out.splitlines()) == 60
    assert [record.get("run") for record in kept.records()].count(refused["run"]) == 1
    kept.accept(refused["run"])
    assert kept.run()["accepted_by"] == "Kim Lee"
