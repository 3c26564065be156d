"""Files that are written whole: a reader finds the old one or the new one, never half of one."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path


def write_whole(path: Path, before: str, text: str) -> None:
    """Let a file hold what it was given `before`, and `text`; what is no plain file (a pipe, a device) gets `text`.

    The new file stands beside the old one, under a name that begins with a dot, until it is whole. Raises OSError.
    """
    path = Path(os.path.realpath(path))  # a link stays a link
    if path.exists() and not path.is_file():
        path.write_bytes(_encoded(text))
        return
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else None
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        with beside.open("xb") as file:
            file.write(_encoded(before + text))
            if mode is not None:
                os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _encoded(text: str) -> bytes:
    """A name with bytes that are no UTF-8 must not end the program."""
    return text.encode("utf-8", "backslashreplace")
