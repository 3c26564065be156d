"""The demo goes as it is told, and leaves nothing of its own behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.conftest import Lab
from tests.lab.machines import lifecycle
from tests.lab.story.telling import ROOT
from tests.test_schemas_documents import complaints

pytestmark = pytest.mark.lab

BEATS = (
    "A studio in YAML",
    "Apply does what the plan said",
    "A song is recorded",
    "Somebody deletes a take",
    "The song comes back",
    "Somebody edits a timer",
    "The work drive is not mounted",
    "boots its other system",
    "Off-site",
    "A copy leaves the spec",
)


@pytest.fixture(scope="module")
def told(lab: Lab) -> Iterator[subprocess.CompletedProcess[str]]:
    """The whole story, told once; the machines are fresh again afterwards."""
    before = (ROOT / "playbooks/three-two-one.yml").read_bytes()
    yield subprocess.run(
        [sys.executable, "-m", "tests.lab.story", "--keep"],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert (ROOT / "playbooks/three-two-one.yml").read_bytes() == before, "the story edited the checkout"
    lab.reset()


def test_every_beat_goes_as_told(told: subprocess.CompletedProcess[str]) -> None:
    assert told.returncode == 0, told.stdout[-2000:] + told.stderr
    assert "Every beat went as told" in told.stdout
    headings = [line for line in told.stdout.splitlines() if line[:1].isdigit() and ". " in line[:4]]
    assert len(headings) == len(BEATS)
    for heading, beat in zip(headings, BEATS, strict=True):
        assert beat in heading


def test_the_claims_were_checked(told: subprocess.CompletedProcess[str]) -> None:
    claims = [line for line in told.stdout.splitlines() if line.startswith("checked: ")]
    assert len(claims) == 7, claims


def test_screens_fit_into_80_columns(told: subprocess.CompletedProcess[str]) -> None:
    # What may be longer is a single path or a line that was typed, a hash listing, the job's own file names.
    wide = [
        line
        for line in told.stdout.splitlines()
        if len(line) > 80 and not line.startswith("$ ") and "# " not in line and "/" not in line
    ]
    assert wide == []


DOCUMENTS = (
    (["plan"], "plan", "", 2),
    (["drift"], "report", "drift", 2),
    (["apply", "--yes"], "report", "apply", 0),
    (["apply", "--yes"], "report", "apply", 0),
    (["run", "ws-a/sessions/on-nas"], "report", "run", 0),
    (["run", "ws-a/sessions/on-nas", "--preview"], "report", "preview", 0),
    (["status"], "report", "status", 0),
    (["restore", "ws-a/sessions", "--to", "vault:/srv/back"], "report", "restore", 0),
    (["restore", "ws-a/sessions", "--to", "vault:/srv/back"], "report", "error", 5),
    (["pin", "nas"], "report", "pin", 0),
    (["apply", "--only", "room:nowhere"], "report", "error", 1),
)


def test_real_documents_are_what_the_schemas_say(told: subprocess.CompletedProcess[str], tmp_path: Path) -> None:
    assert told.returncode == 0
    for arguments, name, definition, code in DOCUMENTS:
        done = subprocess.run(
            [sys.executable, "-c", "from studio_backup.cli import main; main()", *arguments, "--format", "json"],
            cwd=ROOT, env={**os.environ, "XDG_STATE_HOME": str(tmp_path)}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == code, (arguments, done.stdout[-1500:], done.stderr)
        assert complaints(json.loads(done.stdout), name, definition) == [], arguments
        assert complaints(json.loads(done.stdout), name) == [], arguments


def test_a_beat_that_fails_fails_the_demo(told: subprocess.CompletedProcess[str], lab: Lab) -> None:
    assert told.returncode == 0
    # The key that lets everybody in is gone from the NAS: the first plan cannot be as told.
    broken = subprocess.run(
        [sys.executable, "-c", SABOTAGED], cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=180, check=False,
    )  # fmt: skip
    assert broken.returncode == 1, broken.stdout
    assert "NOT AS TOLD: studio-backup plan: exit code 3" in broken.stderr
    assert lab.run("nas", "true").returncode == 0


def test_ctrl_c_takes_the_lab_down(told: subprocess.CompletedProcess[str]) -> None:
    assert told.returncode == 0
    with subprocess.Popen(
        [sys.executable, "-m", "tests.lab.story"],
        cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as demo:  # fmt: skip
        assert demo.stdout is not None
        for line in demo.stdout:
            if line.startswith("$ studio-backup apply"):
                break
        # As a terminal does it: the whole group gets the signal, the command under way, too.
        os.killpg(demo.pid, signal.SIGINT)
        _, said = demo.communicate(timeout=60)
    assert demo.returncode == 130, said
    assert said.endswith("interrupted\n")
    assert lifecycle.running() == []


#: The story again, on machines of which one no longer lets anybody in.
SABOTAGED = """
import sys
from tests.lab.machines import inside
from tests.lab.story import __main__ as story

def sabotaged(tell, spec):
    for name in ("nas", "vault", "ws-a", "ws-b"):
        inside.run(name, "rm -f /root/.ssh/authorized_keys", check=True)
    day(tell, spec)

day, story.day = story.day, sabotaged
sys.argv = ["demo", "--keep"]
raise SystemExit(story.main())
"""
