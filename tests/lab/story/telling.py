"""Telling a story: a heading a beat, every command as it is typed, its real output, and a check of what was told."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from shlex import quote

from tests.lab.machines import inside

ROOT = Path(__file__).resolve().parents[3]
#: Longest that one command of the story may take, in seconds; most take two.
PATIENCE = 180


class NotAsToldError(Exception):
    """Something did not happen as the story says."""


class Teller:
    """Prints the transcript; every command is run where `folder` says, with a record of its own in `state`."""

    def __init__(self, folder: Path, state: Path) -> None:
        self.folder = folder
        self._environment = {
            name: value for name, value in os.environ.items() if not name.startswith("STUDIO_BACKUP_SUDO")
        } | {"XDG_STATE_HOME": str(state), "COLUMNS": "80", "TERM": os.environ.get("TERM", "dumb")}
        self._colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        self._beats = 0

    def beat(self, title: str, *sentences: str) -> None:
        """A heading, and what is about to be seen."""
        self._beats += 1
        line = f"{self._beats}. {title}"
        self._print(f"\n{self._painted(line, '1')}\n{self._painted('=' * len(line), '2')}")
        for sentence in sentences:
            self._print(sentence)

    def say(self, text: str) -> None:
        """A line of the narrator."""
        self._print(f"\n{text}")

    def backup(self, *arguments: str, code: int, expect: Sequence[str] = ()) -> str:
        """Run studio-backup as typed; it must end with this exit code and say all of `expect`. Returns what it said."""
        shown = " ".join(["studio-backup", *(_typed(argument) for argument in arguments)])
        program = str(Path(sys.executable).with_name("studio-backup"))
        done = self._run(f"$ {shown}", [program, *arguments])
        self._print(self._painted(f"(exit code {done.returncode})", "2"))
        if done.returncode != code:
            raise NotAsToldError(f"{shown}: exit code {done.returncode}, told was {code}")
        for text in expect:
            if text not in done.stdout:
                raise NotAsToldError(f"{shown}: did not say: {text}")
        return done.stdout

    def command(self, shown: str, *argv: str) -> str:
        """Run another command of this checkout; it must succeed."""
        done = self._run(f"$ {shown}", list(argv))
        if done.returncode:
            raise NotAsToldError(f"{shown}: exit code {done.returncode}")
        return done.stdout

    def on(self, machine: str, script: str) -> str:
        """Run a script as root on a machine, as somebody would who sits there; it must succeed."""
        self._print(self._painted(f"\n{machine}# {script}", "1"))
        done = inside.run(machine, script)
        self._print((done.stdout + done.stderr).rstrip())
        if done.returncode:
            raise NotAsToldError(f"{machine}# {script}: exit code {done.returncode}")
        return done.stdout

    def check(self, holds: bool, claim: str) -> None:
        """A claim that the program checked for the reader."""
        if not holds:
            raise NotAsToldError(f"this does not hold: {claim}")
        self._print(f"{self._painted('checked:', '32')} {claim}")

    def _run(self, shown: str, argv: list[str]) -> subprocess.CompletedProcess[str]:
        self._print(self._painted(f"\n{shown}", "1"))
        done = subprocess.run(
            argv, cwd=self.folder, env=self._environment, stdin=subprocess.DEVNULL, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE,
        )  # fmt: skip
        self._print(done.stdout.rstrip())
        return done

    def _painted(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text

    def _print(self, text: str) -> None:
        if text:
            print(text, flush=True)


def _typed(argument: str) -> str:
    """As a person would type it: quotes only where the shell needs them."""
    return argument if quote(argument) == argument else f'"{argument}"'
