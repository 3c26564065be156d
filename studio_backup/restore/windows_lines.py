"""What is said to a Windows system that takes a restore point, and what it says of it: lines of plain ASCII.

`jobs/restore.ps1` has the same list. [Console]::In of Windows PowerShell gives nothing but lines of text; bytes go as
base64 therefore, four letters for three of them.
"""

from __future__ import annotations

import math
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from dataclasses import dataclass, field

#: Bytes of content in a line, which has 8000 letters then: more have been cut by consoles (8191), a longer text costs
#: .NET's collector of garbage more (from 42 500 on), and of shorter ones PowerShell would take many more turns.
PIECE = 6000
#: Ticks of .NET (100 ns) between the year 1 and 1970, and the first and last moment that NTFS keeps and DateTime knows.
_EPOCH, _FIRST, _LAST = 621355968000000000, 504911232000000001, 3155378975999999999


def ticks(seconds: float) -> int:
    """When it was written as .NET counts it; 0 where Windows keeps no such time."""
    try:
        whole = math.floor(seconds)
        found = _EPOCH + whole * 10_000_000 + math.floor((seconds - whole) * 10_000_000)
    except (OverflowError, ValueError):
        return 0
    return found if _FIRST <= found <= _LAST else 0


def folder(path: str, when: int) -> bytes:
    """A folder; `when` in ticks."""
    return _line("folder", when, _name(path))


def file(path: str, when: int, size: int) -> bytes:
    """A file, whose content follows."""
    return _line("file", when, size, -(-size // PIECE), _name(path))


def content(data: bytes) -> bytes:
    """A part of a file's content: all but its last one have a multiple of PIECE bytes."""
    return b"".join(b64encode(data[at : at + PIECE]) + b"\n" for at in range(0, len(data), PIECE))


def copy(path: str, when: int, of: str) -> bytes:
    """One more name of a file that was sent."""
    return _line("copy", when, _name(path), _name(of))


def end(count: int) -> bytes:
    """The end: how many folders, files and copies there were."""
    return _line("end", count) + b"\n"


def _line(*words: str | int) -> bytes:
    return (" ".join(map(str, words)) + "\n").encode("ascii")


def _name(path: str) -> str:
    return b64encode(path.replace("/", "\\").encode()).decode("ascii")


@dataclass
class Told:
    """What it said at the end."""

    whole: bool = False
    stopped: str = ""  # full | gone: nothing more could be written
    lost: dict[str, str] = field(default_factory=dict)  # path -> why it could not be made
    untimed: dict[str, str] = field(default_factory=dict)  # path -> why it does not say when it was written


def told(text: str) -> Told:
    """Read what it said after `ready`; whatever is not whole or not known is not `whole`."""
    found = Told()
    *lines, rest = text.split("\n")
    for line in lines:
        word, _, words = line.partition("\t")
        if word == "stopped":
            found.stopped = words
        elif word in ("lost", "untimed") and not found.whole:
            try:
                path, reason = (b64decode(one, validate=True).decode() for one in words.split("\t"))
            except (NoBase64, ValueError):
                return Told()
            (found.lost if word == "lost" else found.untimed)[path.replace("\\", "/")] = reason
        elif line == "unpacked" and not found.whole:
            found.whole = True
        else:
            return Told()
    if rest or found.stopped:
        found.whole = False
    return found
