"""What everybody waits for at every call: `--help`, and `validate` of a big studio."""

from __future__ import annotations

import sys
import tempfile
from functools import partial
from pathlib import Path

from benchmarks import large, studio
from benchmarks.process import run
from benchmarks.rounds import Rounds, load, ratios

PROGRAM = str(Path(sys.executable).with_name("studio-backup"))
MACHINES = 1000


def measure(rounds: int) -> str:
    """Each command `rounds` times, by turns; the report has them over the seconds that they may take."""
    with tempfile.TemporaryDirectory() as temporary:
        options = studio.write(Path(temporary) / "spec", large.made_up(MACHINES))
        home = {"HOME": temporary, "XDG_STATE_HOME": temporary}
        found = Rounds()
        before = load()
        for _ in range(rounds):
            found.measure("--help", partial(run, [PROGRAM, "--help"], extra=home))
            found.measure("plan --help", partial(run, [PROGRAM, "plan", "--help"], extra=home))
            found.measure("validate", partial(run, [PROGRAM, *options, "validate"], extra=home))
    judged = ratios(
        {
            "--help / 0.2 s": (found.seconds("--help") / 0.2, 1.0),
            f"validate of {MACHINES} machines / 2 s": (found.seconds("validate") / 2, 1.0),
        }
    )
    return f"{MACHINES} machines; {before}\n{found.table()}\n{judged}"
