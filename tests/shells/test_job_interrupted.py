"""Killed, stopped or started twice: a run says what became of it, and the next one goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.shells.job_bench import SHELLS
from tests.shells.job_running import Job


def wait_for(path_of: Path, pattern: str) -> None:
    for _ in range(200):
        if list(path_of.rglob(pattern)):
            return
        time.sleep(0.05)
    pytest.fail(f"nothing like {pattern} appeared")


def slow(job: Job) -> None:
    """Something that takes several seconds, and has begun before anything is done to it."""
    job.fill(20)
    (job.source / "zz-long.wav").write_bytes(os.urandom(6_000_000))
    job.set(bandwidth="1000")


def kill_tree(started: subprocess.Popen[str], number: int) -> None:
    """A process and all it started, as a machine that loses power would."""
    children = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(line.split()[0]): int(line.split()[1]) for line in children.splitlines()}
    family = [started.pid]
    for pid in sorted(parents):
        if parents[pid] in family:
            family.append(pid)
    for pid in family:
        os.kill(pid, number)
    started.communicate(timeout=30)


@pytest.mark.parametrize("shell", SHELLS)
def test_a_killed_run_is_recorded_and_resumed_by_the_next(job: Job, shell: str) -> None:
    job.shell = SHELLS[shell]
    job.fill(20)
    assert job.run().code == 0
    older = job.newest()
    (job.source / "take-001.wav").chmod(0o600)
    slow(job)
    started = job.start()
    wait_for(job.target / ".partial", ".zz-long.wav.*")
    time.sleep(1)
    kill_tree(started, signal.SIGKILL)
    assert job.records()[-1]["result"] == "running"
    assert job.points() == [older.name]
    (job.source / "take-002.wav").chmod(0o640)
    (job.source / "take-003.wav").unlink()
    job.set(bandwidth="")
    outcome = job.run()
    assert (outcome.code, outcome["deleted"], outcome["created"]) == (0, 1, 1), job.log()
    assert [(record["result"], record["reason"]) for record in job.records()] == [
        ("ok", None),
        ("failed", "interrupted"),
        ("ok", None),
    ]
    assert sorted(path.name for path in job.newest().iterdir()) == sorted(path.name for path in job.source.iterdir())
    assert (job.newest() / "zz-long.wav").read_bytes() == (job.source / "zz-long.wav").read_bytes()
    assert oct((older / "take-002.wav").stat().st_mode)[-3:] == "644", "history keeps its permissions"
    assert (older / "take-003.wav").exists()


@pytest.mark.parametrize("shell", SHELLS)
def test_a_stopped_run_ends_with_a_record_and_keeps_what_it_had(job: Job, shell: str) -> None:
    job.shell = SHELLS[shell]
    slow(job)
    started = job.start()
    wait_for(job.target / ".partial", ".zz-long.wav.*")
    time.sleep(1)
    started.terminate()
    started.communicate(timeout=10)
    assert started.returncode == 1
    record = job.records()[-1]
    assert (record["result"], record["reason"]) == ("failed", "stopped")
    assert list((job.target / ".partial").rglob("zz-long.wav")), "half a file is a head start"
    assert not list((job.state / "lock").iterdir())
    job.set(bandwidth="")
    assert job.run().code == 0
    assert not list(job.newest().rglob(".studio-backup-partial"))


def test_half_a_file_whose_original_is_gone_is_no_part_of_a_restore_point(job: Job) -> None:
    slow(job)
    started = job.start()
    wait_for(job.target / ".partial", ".zz-long.wav.*")
    time.sleep(1)
    started.terminate()
    started.communicate(timeout=10)
    assert list((job.target / ".partial").rglob(".studio-backup-partial"))
    (job.source / "zz-long.wav").unlink()
    assert job.run().code == 0
    assert sorted(path.name for path in job.newest().rglob("*")) == sorted(path.name for path in job.source.iterdir())


@pytest.mark.parametrize("shell", SHELLS)
def test_a_second_run_finds_the_lock_and_progress_can_be_read(job: Job, shell: str) -> None:
    job.shell = SHELLS[shell]
    slow(job)
    started = job.start()
    wait_for(job.target / ".partial", ".zz-long.wav.*")
    time.sleep(1.5)
    second = job.run()
    assert second.code == 6
    assert "locked by process" in second.err
    done, percent, _ = job.run("progress").out.rstrip("\n").split("\t")
    assert int(done) > 0
    assert 0 < int(percent) < 100
    assert len(job.records()) == 1
    kill_tree(started, signal.SIGTERM)


def test_a_lock_whose_process_is_gone_or_another_is_free(job: Job) -> None:
    job.fill(2)
    lock = job.state / "lock" / job.values["id"]
    lock.parent.mkdir(parents=True)
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    gone = subprocess.Popen(["true"])
    gone.wait()
    for line in (f"{gone.pid} 1 {boot} x", f"{os.getpid()} 1 {boot} x", f"{os.getpid()} 1 other-boot x", "", "x y"):
        lock.write_text(line + "\n")
        assert job.run().code == 0, line
        assert not lock.exists()


def test_a_dead_breaker_of_a_dead_lock_blocks_nobody(job: Job) -> None:
    job.fill(2)
    lock = job.state / "lock" / job.values["id"]
    lock.parent.mkdir(parents=True)
    lock.write_text("1 1 x x\n")
    lock.with_name(lock.name + ".breaking").write_text("1 1 x x\n")
    assert job.run().code == 0


def test_many_runs_at_once_make_one_point_after_another(job: Job) -> None:
    job.fill(5)
    (job.state / "lock").mkdir(parents=True)
    (job.state / "lock" / job.values["id"]).write_text("1 1 x x\n")
    started = [job.start() for _ in range(6)]
    codes = []
    for process in started:
        process.communicate(timeout=60)
        codes.append(process.returncode)
    assert set(codes) <= {0, 6}
    assert codes.count(0) == len(job.points()) >= 1
    assert not list((job.state / "lock").iterdir())


def test_records_and_logs_are_kept_to_two_hundred(job: Job) -> None:
    job.fill(1)
    for folder in ("runs", "log"):
        (job.state / folder).mkdir(parents=True)
    for number in range(205):
        run = f"20200101T000{number:03}Z-1"
        (job.state / "runs" / f"{job.values['id']}.{run}.json").write_text("{}")
        (job.state / "log" / f"{job.values['id']}.{run}.log").write_text("")
    (job.state / "runs" / "ws-a_other_on-nas.20200101T000000Z-1.json").write_text("{}")
    assert job.run().code == 0
    assert len(list((job.state / "runs").glob(f"{job.values['id']}.*.json"))) == 200
    assert len(list((job.state / "log").glob("*.log"))) == 200
    assert (job.state / "runs" / "ws-a_other_on-nas.20200101T000000Z-1.json").exists()
