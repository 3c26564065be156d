"""Killed at any moment, on our side or there: the next apply finds its way."""

import random
import signal
import time
from pathlib import Path

import pytest

from tests.lab.conftest import Lab
from tests.lab.slow import STATE, slow, step_runs, wait_until
from tests.lab.studio import Studio, finished

pytestmark = pytest.mark.lab
_LONG = [pytest.param(seed, marks=pytest.mark.long) for seed in range(4, 34)]


@pytest.fixture(scope="module")
def seconds(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> float:
    """How long an apply from nothing takes here."""
    lab.reset()
    studio = Studio(tmp_path_factory.mktemp("whole") / "spec")
    begun = time.monotonic()
    studio.apply()
    return time.monotonic() - begun


def once_free(studio: Studio) -> None:
    """Apply, as soon as the step that was left running has ended."""
    deadline = time.monotonic() + 30
    while True:
        with studio.start("apply", "--yes") as process:
            out, err = process.communicate(timeout=60)
        assert "Traceback" not in err
        if process.returncode != 6:
            break
        # The last: it ended between our look and our lock.
        told = ("a step that is still running", "is locked by", "another apply changed")
        assert any(words in err for words in told), err
        assert time.monotonic() < deadline
    assert process.returncode == 0, out + err
    studio.settled()


@pytest.mark.parametrize("seed", [0, 1, 2, *_LONG])
def test_our_process_is_killed(lab: Lab, tmp_path: Path, seconds: float, seed: int) -> None:
    lab.reset()
    studio = Studio(tmp_path / "spec")
    moment = seconds * random.Random(seed).uniform(0.25, 0.95)
    with studio.start("apply", "--yes") as process:
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.communicate()
    once_free(studio)
    left = (
        "find /etc /var/lib/studio-backup -name '.studio-backup-stage*' -o -name '.new.*'"
        " -o -path '/var/lib/studio-backup/lock.*'"
    )
    for name in ("ws-a", "ws-b", "nas", "vault"):
        assert lab.run(name, left).stdout == "", name


def test_the_shell_on_the_machine_is_killed(lab: Lab, tmp_path: Path) -> None:
    lab.reset()
    studio = Studio(tmp_path / "spec")
    with slow(lab, "nas", 3), studio.start("apply", "--yes") as process:
        wait_until(lambda: step_runs(lab, "nas"))
        lab.run("nas", f"read -r pid _ < {STATE}/step && kill -9 $pid", check=True)
        done = finished(process, 1)
        assert "FAILED" in done.stdout
        assert "goes on from here" in done.stdout
    once_free(studio)


def test_a_machine_loses_its_power_in_the_middle(lab: Lab, tmp_path: Path) -> None:
    lab.reset()
    studio = Studio(tmp_path / "spec")
    with slow(lab, "nas", 20), studio.start("apply", "--yes") as process:
        wait_until(lambda: step_runs(lab, "nas"))
        lab.fault("nas", "down")
        lab.fault("nas", "up")
        finished(process, 1)
    once_free(studio)
