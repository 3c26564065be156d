"""What stands at a path: found, in use, read-only, its times and attributes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.sim.windows.dotnet.dates import DateTime, of_ns, to_ns
from tests.sim.windows.dotnet.enums import enumerated, number_of
from tests.sim.windows.dotnet.file_streams import DELETE, in_use
from tests.sim.windows.powershell.faults import NetError
from tests.sim.windows.powershell.patterns import wildcard
from tests.sim.windows.powershell.raising import win32
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.values import Enumerated
from tests.sim.windows.process import Process

_NEVER = DateTime(504911232000000000, 1)  # 1601: what a file that is not there says of its times


_BITS = {"ReadOnly": 1, "Hidden": 2, "System": 4, "ReparsePoint": 1024, "Offline": 4096}


def denied(full: str) -> NetError:
    """Access is denied."""
    return NetError("System.UnauthorizedAccessException", f"Access to the path '{full}' is denied.", -2147024891)


def full_of(shell: Shell | Process, path: Any) -> str:
    """The whole path of an argument; an empty one is refused."""
    process = shell.process if isinstance(shell, Shell) else shell
    text = to_text(path)
    if path is None:
        raise NetError("System.ArgumentNullException", "Path cannot be null.\r\nParameter name: path", -2147467261)
    if not text.strip():
        raise NetError("System.ArgumentException", "The path is not of a legal form.", -2147024809)
    full = process.full_path(text)
    process.windows.drives.check_name(full)
    return full


def found(shell: Shell | Process, path: Any, access: str = "look") -> tuple[str, Path | None]:
    """A whole path and what stands there."""
    process = shell.process if isinstance(shell, Shell) else shell
    full = full_of(process, path)
    windows = process.windows
    windows.drives.gate(full, access)
    real = windows.drives.find(full)
    if access == "look" and windows.drives.is_shared(full) and windows.redirector.misses(full, real is not None):
        return full, None
    return full, real


def existing(shell: Shell | Process, path: Any, access: str = "look") -> tuple[str, Path]:
    """The same where something must stand."""
    full, real = found(shell, path, access)
    if real is None or not os.path.lexists(real):
        process = shell.process if isinstance(shell, Shell) else shell
        above = process.windows.drives.find(full.rstrip("\\").rpartition("\\")[0] + "\\")
        if above is None:
            raise NetError("System.IO.DirectoryNotFoundException", f"Could not find a part of the path '{full}'.",
                           -2147024893)  # fmt: skip
        raise NetError("System.IO.FileNotFoundException", f"Could not find file '{full}'.", -2147024894)
    return full, real


def not_in_use(process: Process, full: str, real: Path) -> None:
    for below, handles in process.windows.open_files.items():
        inside = below == str(real) or below.startswith(f"{real}/")
        if inside and any(not handle.share & DELETE for handle in handles):
            raise in_use(full)


def read_only(process: Process, real: Path) -> bool:
    return "ReadOnly" in process.windows.drives.attributes.get(str(real), ())


def forget(process: Process, real: Path) -> None:
    """What was noted of a file that is gone."""
    for table in (process.windows.drives.attributes, process.windows.drives.created):
        for path in [path for path in table if path == str(real) or path.startswith(f"{real}/")]:
            table.pop(path)


def moved(process: Process, source: Path, target: Path) -> None:
    drives = process.windows.drives
    source.rename(target)
    for table in (drives.attributes, drives.created):
        for path in [path for path in table if path == str(source) or path.startswith(f"{source}/")]:
            table[str(target) + path[len(str(source)) :]] = table.pop(path)  # type: ignore[assignment]


def times(process: Process, real: Path, which: str) -> DateTime:
    """The moment it was written, or made; in UTC."""
    if which == "CreationTime" and str(real) in process.windows.drives.created:
        return of_ns(round(process.windows.drives.created[str(real)] * 1e6) * 1000)
    return of_ns(os.lstat(real).st_mtime_ns)


def set_time(process: Process, real: Path, which: str, moment: DateTime) -> None:
    """Change one of them; the moment is in UTC."""
    if which == "CreationTime":
        process.windows.drives.created[str(real)] = to_ns(moment) / 1e9
    elif which == "LastWriteTime":
        os.utime(real, ns=(to_ns(moment), to_ns(moment)))


def attributes_of(process: Process, real: Path) -> Enumerated:
    """Its attributes; a symbolic link of this machine is a junction."""
    bits = 16 if real.is_dir() else 32
    bits |= 1024 if real.is_symlink() else 0
    for name in process.windows.drives.attributes.get(str(real), ()):
        bits |= _BITS[name]
    return enumerated("System.IO.FileAttributes", bits)


def set_attributes(process: Process, real: Path, given: Any) -> None:
    """Change them."""
    bits = number_of(given, "System.IO.FileAttributes")
    process.windows.drives.attributes[str(real)] = {name for name, bit in _BITS.items() if bits & bit}


def listed(shell: Shell | Process, path: Any, *, files: bool, folders: bool, pattern: str = "*",
           deep: bool = False) -> Iterator[str]:  # fmt: skip
    """The whole paths below a folder; a link to a folder is listed and, going deep, followed as Windows does."""
    process = shell.process if isinstance(shell, Shell) else shell
    text, (full, real) = to_text(path), found(process, path, "list")
    drives = process.windows.drives
    if real is None or not real.is_dir():
        if real is not None:
            raise win32(267, "The directory name is invalid.\r\n")
        raise NetError(
            "System.IO.DirectoryNotFoundException", f"Could not find a part of the path '{full}'.", -2147024893
        )
    prefix = text if text.endswith("\\") else f"{text}\\"
    fits = wildcard("*" if pattern in ("*.*", "*") else pattern, exact=False)
    names = drives.names(real)
    if drives.is_shared(full) and not deep:
        names = process.windows.redirector.listing(full, pattern, [name for name in names if fits.match(name)])
    for name in names:
        entry = drives.find(f"{full.rstrip(chr(92))}\\{name}")
        if entry is not None and fits.match(name) and (folders if entry.is_dir() else files):
            yield f"{prefix}{name}"
    if deep:
        for name in names:
            entry = drives.find(f"{full.rstrip(chr(92))}\\{name}")
            if entry is not None and entry.is_dir():
                yield from listed(process, f"{prefix}{name}", files=files, folders=folders, pattern=pattern, deep=True)
