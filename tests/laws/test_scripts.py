"""Every script is one that every shell can read, and that shellcheck finds nothing wrong with."""

from __future__ import annotations

import subprocess

import pytest

from tests.laws.scripts import scripts
from tests.sandbox import SHELLS

SCRIPTS = scripts()
#: What shellcheck is told not to say, and why.
EXCLUDED = {
    "SC2010": "names of run records are ours and hold nothing odd",
    "SC2012": "what is listed is read by our own parser, which knows what ls prints",
    "SC2016": "awk programs stand in single quotes",
    "SC2030": "each fragment runs in a subshell of its own: what it sets is lost on purpose",
    "SC2031": "the same: two fragments may bring one function",
    "SC2034": "volume.sh sets what other parts of a job read",
    "SC2086": "lists of names that hold no blank are split on purpose",
    "SC2100": "reasons of jobs are words with a dash in them: source-missing is no subtraction",
    "SC2181": "a guard's status is tested one line below it, since `( … ) || …` would switch its set -e off",
    "SC2317": "volume.sh brings functions that only jobs call; a trap calls some, too",
}


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_can_read_every_script(shell: str) -> None:
    for name, script in SCRIPTS.items():
        done = subprocess.run([*SHELLS[shell], "-n"], input=script, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), name


def test_shellcheck_has_nothing_to_say() -> None:
    said = []
    for name, script in SCRIPTS.items():
        done = subprocess.run(
            ["shellcheck", "-s", "sh", "-f", "gcc", "-e", ",".join(EXCLUDED), "-"],
            input=script,
            capture_output=True,
            text=True,
            check=False,
        )
        said += [f"{name}: {line}" for line in done.stdout.splitlines()]
    assert said == []


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name in ("joined", "wave", "lock", "run", "land")])
def test_a_script_is_one_command_that_no_cut_can_halve(name: str) -> None:
    """Every prefix of it is incomplete for the shell, or empty, or all of it."""
    script = SCRIPTS[name]
    assert script.startswith("{\n")
    lines = script.splitlines(keepends=True)
    for count in range(1, len(lines)):
        done = subprocess.run(["dash", "-n"], input="".join(lines[:count]), capture_output=True, text=True, check=False)
        assert done.returncode, (name, lines[count - 1])
