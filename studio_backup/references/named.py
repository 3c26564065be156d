"""One file that a session names, as it names it."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from gzip import GzipFile
from typing import IO

#: More than this is not read of a session, packed or not: none is known to come near.
LARGEST = 256 * 2**20
#: Nor more tags: in a tree each takes many times the room that it has in a file.
MOST = 10_000_000
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")


class DamagedError(Exception):
    """A session file that is cut or is not what its name says: whatever it names is not known."""


@dataclass(frozen=True, order=True)
class Named:
    """`path`: with slashes, absolute or relative to `base`; `library`: what an instrument or the program brought along.

    `base` "session" is the folder of the session file, "project" the one that the program takes for the project's;
    `search`: folders below the base in which a bare name is looked for; `member`: its place is in the session file.
    """

    path: str
    base: str = "session"
    library: bool = False
    search: tuple[str, ...] = ()
    member: bool = False  # and lacks there

    @property
    def absolute(self) -> bool:
        """True where it says by itself where it is."""
        return self.path.startswith("/") or bool(_WINDOWS.match(self.path))

    @property
    def foreign(self) -> bool:
        """True for a drive letter or a share of Windows: nothing here can say what is there."""
        return bool(_WINDOWS.match(self.path))


def slashed(path: str) -> str:
    """A path as Windows writes it, with slashes; a backslash in any other is part of a name."""
    if _WINDOWS.match(path):
        return path
    return path.replace("\\", "/") if "\\" in path and "/" not in path else path


def whole(file: IO[bytes] | GzipFile) -> bytes:
    """All of a session, or of what is packed in it. Raises DamagedError where that would be without end."""
    text = file.read(LARGEST + 1)
    if len(text) > LARGEST:
        raise DamagedError("it is larger than any session")
    return text


def parsed(text: bytes) -> ET.Element:
    """The root of an XML document that defines no entities of its own. Raises DamagedError."""
    plain = text.replace(b"\0", b"")  # the same words in every encoding that has them
    if b"<!ENTITY" in plain or b"<!DOCTYPE" in plain:
        raise DamagedError("it defines entities, which no session file does")
    if plain.count(b"<") > MOST:
        raise DamagedError("it has more tags than any session")
    try:
        return ET.fromstring(text)
    except (ET.ParseError, LookupError, ValueError) as error:  # the latter two: an encoding that nobody knows
        raise DamagedError(f"no whole XML: {error}") from error
