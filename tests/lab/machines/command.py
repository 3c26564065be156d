"""Run a program on the host and say plainly what went wrong."""

import os
import shlex
import subprocess
from collections.abc import Sequence


class LabError(Exception):
    """Something the lab needs is missing or failed; the text says what and what to do."""


def environment() -> dict[str, str]:
    """Return the caller's environment with untranslated messages and the system directories on PATH.

    libblkid's cache is left out: for two seconds it takes a disk that was just let go for one that is still there.
    """
    path = os.environ.get("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin"
    return {**os.environ, "LC_ALL": "C", "PATH": path, "BLKID_FILE": "/dev/null"}


def run(
    *argv: str, text: str | None = None, check: bool = True, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run a program; TEXT goes to its standard input. Raises LabError when it fails and CHECK is set."""
    try:
        done = subprocess.run(
            argv,
            input="" if text is None else text,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            env=environment(),
            check=False,
        )
    except FileNotFoundError as error:
        raise LabError(f"{argv[0]} is missing; run: scripts/install --lab") from error
    except subprocess.TimeoutExpired as error:
        raise LabError(f"no answer after {timeout:.0f} s from: {shlex.join(argv)}") from error
    if check and done.returncode:
        raise LabError(failure(argv, done))
    return done


def failure(argv: Sequence[str], done: subprocess.CompletedProcess[str]) -> str:
    """Describe a failed program: its command line, exit status and the last lines it printed."""
    said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-12:]
    return "\n  ".join([f"exit {done.returncode} from: {shlex.join(argv)}", *said])
