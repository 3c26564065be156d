"""One apply at a time on a machine: who holds it is said, a dead one holds nothing, and none waits for another."""

import getpass
import signal
import socket
import time
from pathlib import Path

import pytest

from tests.lab.conftest import Lab
from tests.lab.slow import STATE, slow, step_runs, wait_until
from tests.lab.studio import Studio, finished

pytestmark = pytest.mark.lab


def test_the_second_apply_is_told_who_is_at_it(lab: Lab, tmp_path: Path) -> None:
    lab.reset()
    studio = Studio(tmp_path)
    with slow(lab, "nas", 5), studio.start("apply", "--yes") as first:
        wait_until(lambda: step_runs(lab, "nas"))
        second = studio.apply(code=6)
        assert f"{getpass.getuser()} on {socket.gethostname()} (apply, process {first.pid}, since 20" in second.stderr
        assert "--break-lock" in second.stderr
        assert "done" not in second.stdout
        error = studio.json("apply", "--yes", code=6)["error"]
        assert error["code"] == "locked"
        for command in ("plan", "drift"):
            looked = studio.run(command, code=2)
            assert f"locked by {getpass.getuser()} on" in looked.stdout + looked.stderr, command
        assert "FAILED" not in finished(first, 0).stdout
    studio.settled()


def test_a_killed_apply_leaves_no_lock_but_its_step_is_let_finish(lab: Lab, tmp_path: Path) -> None:
    lab.reset()
    studio = Studio(tmp_path)
    with slow(lab, "nas", 4):
        with studio.start("apply", "--yes") as first:
            wait_until(lambda: step_runs(lab, "nas"))
            first.send_signal(signal.SIGKILL)
        wait_until(lambda: lab.run("ws-b", f"test ! -e {STATE}/lock").returncode == 0, 3)
        refused = studio.apply(code=6)
        assert "a step that is still running" in refused.stderr
        assert "a step that is still running" in studio.apply("--break-lock", code=6).stderr
        wait_until(lambda: lab.run("nas", f"test ! -e {STATE}/step").returncode == 0)
    studio.apply()
    studio.settled()


def test_break_lock_takes_it_from_an_apply_that_hangs(lab: Lab, tmp_path: Path) -> None:
    lab.reset()
    studio = Studio(tmp_path)
    with slow(lab, "nas", 2), studio.start("apply", "--yes") as first:
        wait_until(lambda: step_runs(lab, "nas"))
        first.send_signal(signal.SIGSTOP)
        wait_until(lambda: lab.run("nas", f"test ! -e {STATE}/step").returncode == 0)
        assert "is locked by" in studio.apply(code=6).stderr
        studio.apply("--break-lock")
        studio.settled()
        # Something for its next wave: it must not be done by the apply that lost its lock.
        lab.run("ws-b", "sed -i /restrict/d /root/.ssh/authorized_keys", check=True)
        first.send_signal(signal.SIGCONT)
        late = finished(first, 1)
        assert "ws-b/linux: this apply no longer holds the lock" in late.stdout
    assert lab.run("ws-b", "grep -q restrict /root/.ssh/authorized_keys").returncode == 1
    studio.apply()
    studio.settled()


def test_a_lock_that_a_power_cut_left_is_free(lab: Lab, tmp_path: Path) -> None:
    studio = Studio(tmp_path)
    studio.apply()
    lab.run("nas", f"printf '1234567 42\\nsomebody long gone\\n' > {STATE}/lock", check=True)
    lab.run("nas", f"printf '1234567 42\\n' > {STATE}/step; rm /etc/studio-backup/northlight/job", check=True)
    studio.apply()
    studio.settled()


@pytest.mark.parametrize(
    "delay", [0.0, pytest.param(0.3, marks=pytest.mark.long), pytest.param(1.0, marks=pytest.mark.long)]
)
def test_applies_that_cross_never_wait_for_each_other(lab: Lab, tmp_path: Path, delay: float) -> None:
    lab.reset()
    studio = Studio(tmp_path)
    selections = ("machine:nas", "machine:vault", "machine:ws-a", "room:b")
    begun = time.monotonic()
    started = []
    for selection in selections:
        started.append(studio.start("apply", "--yes", "--only", selection))
        time.sleep(delay)
    codes = []
    for process in started:
        out, err = process.communicate(timeout=60)
        assert "Traceback" not in err
        codes.append(process.returncode)
        assert process.returncode in (0, 6), out + err
    assert 0 in codes
    assert time.monotonic() - begun < 45
    studio.apply()
    studio.settled()
