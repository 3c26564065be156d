"""A rollout over the lab's real machines: the table first, the canary's job run for real, finished by --pending."""

import signal
import time
from pathlib import Path

import pytest

from tests.lab.conftest import Lab
from tests.lab.slow import slow, step_runs, wait_until
from tests.lab.studio import Studio, broken, finished

pytestmark = pytest.mark.lab
CANARY = ("--canary", "room:a", "--batch", "1")


def mtimes(lab: Lab, name: str) -> set[str]:
    """When each of our files on a machine was last changed, and which it is."""
    wanted = "/etc/studio-backup /etc/systemd/system/studio-backup-*"
    return set(lab.run(name, f"find {wanted} -type f -printf '%p %i %C@\\n'").stdout.splitlines())


def test_canary_gate_batches_and_what_waits(lab: Lab, tmp_path: Path) -> None:
    """Room B cannot be reached at first: the run goes on without it, and --pending does it and nothing twice."""
    lab.reset()
    studio = Studio(tmp_path / "spec")
    lab.run("ws-a", "echo take > /srv/sessions/take.wav", check=True)
    with broken(lab, "ws-b", "unplug", "plug"):
        shown = studio.apply(*CANARY, "--timeout", "4", code=2).stdout
        assert shown.index("BATCH") < shown.index("canary: ws-a") < shown.index("the canary is well")
        assert "ws-a/sessions/on-nas ran green" in " ".join(shown.split())
        assert "later" in shown
    assert "ws-b" not in lab.run("nas", "find /etc/studio-backup /etc/systemd/system -name '*ws-b*'").stdout
    before = {name: mtimes(lab, name) for name in ("ws-a", "vault")}
    shown = studio.apply("--pending").stdout
    assert "canary: " not in shown
    for name, files in before.items():
        assert files
        assert files <= mtimes(lab, name), "something was done twice"
    assert "ws-b_sessions_on-nas.timer" in lab.run("nas", "ls /etc/systemd/system").stdout
    left = studio.json("apply", "--yes", "--pending", code=0)["pending"]
    assert [(one["system"], one["word"]) for one in left] == [("ws-a/edit-os", "asleep")]
    studio.settled()


def test_a_room_in_session_waits(lab: Lab, tmp_path: Path) -> None:
    lab.reset()
    studio = Studio(tmp_path / "spec")
    studio.apply("--except", "room:b")
    program = "printf ardour-8.6 >/proc/$$/comm; while :; do sleep 1; done"
    lab.run("ws-b", f"setsid sh -c '{program}' >/dev/null 2>&1 </dev/null &", check=True)
    found = studio.json("apply", "--yes", "--batch", "1", code=2)
    assert [(one["system"], one["word"]) for one in found["pending"] if one["word"] != "asleep"] == [
        ("ws-b/linux", "session")
    ]
    assert lab.run("ws-b", "ls -d /etc/studio-backup").stdout == ""
    lab.run("ws-b", "kill $(grep -l ardour /proc/[0-9]*/comm | cut -d/ -f3)", check=True)
    studio.apply("--pending")
    studio.settled()


@pytest.mark.long
def test_killed_between_batches_and_finished_by_pending(lab: Lab, tmp_path: Path) -> None:
    lab.reset()
    studio = Studio(tmp_path / "spec")
    lab.run("ws-a", "echo take > /srv/sessions/take.wav", check=True)
    with slow(lab, "nas", 3), studio.start("apply", "--yes", *CANARY) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("the canary is well"):
                break
        wait_until(lambda: step_runs(lab, "nas"))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    wait_until(lambda: not step_runs(lab, "nas"))
    time.sleep(0.5)
    before = mtimes(lab, "ws-a")
    with studio.start("apply", "--yes", "--pending") as process:
        shown = finished(process, 0).stdout
    assert "canary: " not in shown
    assert mtimes(lab, "ws-a") == before
    studio.settled()


@pytest.mark.long
def test_two_technicians_with_different_halves(lab: Lab, tmp_path: Path) -> None:
    """Both need the NAS: one is told who is at it, changes nothing, and does its half afterwards."""
    lab.reset()
    studio = Studio(tmp_path / "spec")
    halves = {room: ("apply", "--yes", "--only", f"room:{room}", "--batch", "1") for room in ("a", "b")}
    with slow(lab, "nas", 3), studio.start(*halves["a"]) as first:
        wait_until(lambda: step_runs(lab, "nas"))
        refused = studio.run(*halves["b"], code=6)
        assert f"(apply, process {first.pid}, since 20" in refused.stderr
        assert "--break-lock" in refused.stderr
        finished(first, 0)
    assert lab.run("ws-b", "ls -d /etc/studio-backup").stdout == ""
    before = mtimes(lab, "ws-a")
    studio.run(*halves["b"], code=0)
    assert mtimes(lab, "ws-a") == before
    studio.apply()
    studio.settled()
