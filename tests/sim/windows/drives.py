"""Drives: each is a folder of this machine, looked at by the rules of Windows."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tests.sim.windows.powershell.faults import NetError
from tests.sim.windows.powershell.unicode import joined, units

if TYPE_CHECKING:
    from tests.sim.windows.machine import Windows

FORBIDDEN = set('<>"|?*') | {chr(code) for code in range(32)}
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
VERBATIM = "\\\\?\\"
MAX_FILE, MAX_FOLDER = 260, 248


def illegal() -> NetError:
    """What .NET says of a path that can be none."""
    return NetError("System.ArgumentException", "Illegal characters in path.", -2147024809)


def too_long() -> NetError:
    """What .NET says of a path over the limit, unless it begins with \\\\?\\."""
    return NetError("System.IO.PathTooLongException", "The specified path, file name, or both are too long. The fully "
                    "qualified file name must be less than 260 characters, and the directory name must be less than "
                    "248 characters.", -2147024690)  # fmt: skip


class Drives:
    """The tree of one machine. Real paths are those of this machine, the others those of Windows."""

    def __init__(self, windows: Windows, folder: Path) -> None:
        self.windows, self.folder = windows, folder
        #: `\\server\share` in lower case -> where it stands here.
        self.shares: dict[str, Path] = {}
        #: Called with a Windows path before it is looked at; raises NetError where it cannot be.
        self.gate: Callable[[str, str], None] = lambda path, access: None  # noqa: ARG005
        self.attributes: dict[str, set[str]] = {}
        self.created: dict[str, float] = {}

    def root(self, letter: str) -> Path:
        """The folder behind a drive letter, there or not."""
        return self.folder / letter.upper()

    def letters(self) -> list[str]:
        """The drives that are there."""
        return sorted(entry.name for entry in self.folder.iterdir() if entry.is_dir() and len(entry.name) == 1)

    def full(self, path: str, location: str = "C:\\") -> str:
        """The path from its drive on, with `.` and `..` resolved and trailing dots and blanks dropped."""
        if not path.strip():
            raise NetError("System.ArgumentException", "The path is not of a legal form.", -2147024809)
        if path.startswith(VERBATIM) and self.windows.state["verbatim"]:
            return path
        if any(mark in FORBIDDEN for mark in path):
            raise illegal()
        path = path.replace("/", "\\")
        if path.startswith("\\\\"):
            head, rest = self._share_of(path)
        elif path[1:2] == ":":
            head, rest = path[:2].upper(), path[2:]
            if not rest.startswith("\\"):
                rest = "\\" + rest
        elif path.startswith("\\"):
            head, rest = location[:2], path
        else:
            head, rest = location[:2], f"{location[2:]}\\{path}"
        if ":" in rest:
            raise NetError("System.NotSupportedException", "The given path's format is not supported.", -2146233067)
        parts: list[str] = []
        for part in rest.split("\\"):
            if part == "..":
                parts = parts[:-1]
            elif part.rstrip(". ") not in ("", "."):
                parts.append(part.rstrip(". "))
        ended = "\\" if rest.endswith("\\") and parts else ""
        return head + ("\\" + "\\".join(parts) if parts or len(head) == 2 else "") + ended

    @staticmethod
    def _share_of(path: str) -> tuple[str, str]:
        server, _, rest = path[2:].partition("\\")
        share, separator, below = rest.partition("\\")
        return f"\\\\{server}\\{share}", separator + below

    def _start(self, full: str) -> tuple[Path | None, list[str]]:
        """Where the search begins, and the names from there on."""
        plain = full.removeprefix(VERBATIM)
        if plain.upper().startswith("UNC\\"):
            plain = "\\\\" + plain[4:]
        if plain.startswith("\\\\"):
            head, rest = self._share_of(plain)
            found = self.shares.get(head.lower())
            return found, [part for part in rest.split("\\") if part]
        if plain[1:2] != ":":
            return None, []
        root = self.root(plain[0])
        return (root if root.is_dir() else None), [part for part in plain[2:].split("\\") if part]

    def is_shared(self, full: str) -> bool:
        """Whether it lies in a share of another machine."""
        return (full.startswith("\\\\") and not full.startswith(VERBATIM)) or full.upper().startswith("\\\\?\\UNC\\")

    def find(self, full: str) -> Path | None:
        """What stands there, whatever its case; None when nothing does."""
        here, names = self._start(full)
        for name in names:
            if here is None:
                return None
            here = _child(here, name)
        return here

    def place(self, full: str) -> Path:
        """Where something new would stand. Raises what Windows says when its folder is not there."""
        self.check_name(full)
        plain = full.rstrip("\\")
        found = self.find(plain)
        if found is not None:
            return found
        above, _, name = plain.rpartition("\\")
        parent = self.find(above if len(above.removeprefix(VERBATIM)) > 2 else above + "\\")
        if parent is None or not parent.is_dir():
            raise NetError("System.IO.DirectoryNotFoundException", f"Could not find a part of the path '{full}'.",
                           -2147024893)  # fmt: skip
        return parent / joined(name)

    def check_name(self, full: str, *, folder: bool = False) -> None:
        """Refuse what no file of Windows can be called, and paths that are too long."""
        if full.startswith(VERBATIM):
            if any(mark in FORBIDDEN for mark in full[4:]):
                raise NetError("System.IO.IOException", "The filename, directory name, or volume label syntax is "
                               "incorrect.", -2147024773)  # fmt: skip
            return
        if len(full) >= (MAX_FOLDER if folder else MAX_FILE):
            raise too_long()
        for part in full.split("\\")[1:]:
            if part.split(".")[0].rstrip(" ").lower() in RESERVED:
                raise NetError("System.NotSupportedException", "FileStream was asked to open a device that was not a "
                               "file.", -2146233067)  # fmt: skip

    def names(self, real: Path) -> list[str]:
        """What a folder lists, as NTFS sorts it: by upper case."""
        return sorted((units(entry.name) for entry in real.iterdir()), key=str.upper)

    def windows_path(self, real: Path) -> str:
        """The path of Windows to something that stands here."""
        for head, folder in self.shares.items():
            if real == folder or folder in real.parents:
                rest = real.relative_to(folder)
                return head + "".join(f"\\{units(part)}" for part in rest.parts)
        rest = real.relative_to(self.folder)
        return f"{rest.parts[0]}:\\" + "\\".join(units(part) for part in rest.parts[1:])

    def wrote(self, real: Path) -> None:
        """Its times follow the machine's own clock."""
        moment = self.windows.now.timestamp()
        os.utime(real, (moment, moment))
        self.created.setdefault(str(real), moment)


def _child(folder: Path, name: str) -> Path | None:
    wanted = joined(name)
    exact = folder / wanted
    if os.path.lexists(exact):
        return exact
    try:
        found = [entry.name for entry in folder.iterdir()]
    except OSError:
        return None
    upper = _upper(wanted)
    return next((folder / one for one in found if _upper(one) == upper), None)


def _upper(name: str) -> str:
    """As NTFS compares names: each letter by itself, by a table that has 16 bits and leaves \u0131 and \u017f alone."""
    return "".join(
        mark if mark > "\uffff" or mark in "\u0131\u017f" or len(mark.upper()) > 1 else mark.upper() for mark in name
    )
