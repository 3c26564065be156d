"""Secrets are looked up here, on the control machine, right where they are used; nothing keeps them."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from studio_backup.errors import UsageError
from studio_backup.secret import Secret

#: Seconds that a program may take to give a secret.
_LOOKUP_SECONDS = 15


class Hidden:
    """A secret: it is read where it is used, and shows itself nowhere else."""

    __slots__ = ("_read",)

    def __init__(self, text: str) -> None:
        self._read: Callable[[], str] = lambda: text

    def read(self) -> str:
        """The secret itself."""
        return self._read()

    def __repr__(self) -> str:
        return "(secret)"

    def __reduce__(self) -> str | tuple[Any, ...]:
        raise TypeError("a secret is not written down")


def look_up(secret: Secret) -> Hidden:
    """The first line of what the reference leads to. Raises UsageError, whose message never holds the secret."""
    finders = {"env": _variable, "file": _file, "command": _command}
    text = finders[secret.kind](secret).split("\n")[0].strip()
    if not text:
        raise UsageError(f"{secret.place}: the secret is empty", f"look at {secret.kind}: {secret.words[0]}")
    return Hidden(text)


def _variable(secret: Secret) -> str:
    name = secret.words[0]
    if name not in os.environ:
        raise UsageError(f"{secret.place}: there is no variable {name}", f"export {name}=…")
    return os.environ[name]


def _file(secret: Secret) -> str:
    path = Path(secret.words[0]).expanduser()
    try:
        with path.open(encoding="utf-8") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise UsageError(f"{secret.place}: others may read {path}", f"chmod 600 {path}")
            return file.read(65536)
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise UsageError(f"{secret.place}: {path} cannot be read: {why}", "write the secret into it") from None


def _command(secret: Secret) -> str:
    program = secret.words[0]
    try:
        done = subprocess.run(
            secret.words, stdin=subprocess.DEVNULL, capture_output=True, timeout=_LOOKUP_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        raise UsageError(f"{secret.place}: {program} could not be run", "run it by hand") from None
    if done.returncode:
        raise UsageError(f"{secret.place}: {program} ended with exit status {done.returncode}", "run it by hand")
    return done.stdout.decode("utf-8", "replace")
