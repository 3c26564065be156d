"""[IO.File]."""

from __future__ import annotations

import os
import shutil
from typing import Any, ClassVar

from tests.sim.windows.dotnet.dates import DateTime
from tests.sim.windows.dotnet.encoding import Encoding
from tests.sim.windows.dotnet.enums import number_of
from tests.sim.windows.dotnet.file_streams import READ, WRITE, open_file
from tests.sim.windows.dotnet.locating import (
    _NEVER,
    attributes_of,
    denied,
    existing,
    forget,
    found,
    full_of,
    moved,
    not_in_use,
    read_only,
    set_attributes,
    set_time,
    times,
)
from tests.sim.windows.dotnet.readers import StreamReader, StreamWriter, text_of
from tests.sim.windows.powershell.faults import NetError, NotKnown
from tests.sim.windows.powershell.objects import NetObject, static
from tests.sim.windows.powershell.raising import win32
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import items_of, to_text
from tests.sim.windows.powershell.values import NOTHING, Enumerated


@static("IO.File", "Exists")
def _file_exists(shell: Shell, path: Any) -> bool:
    """False, too, where it may not be looked: unread looks like absent here."""
    try:
        real = found(shell, path)[1]
    except NetError:
        return False
    return real is not None and real.is_file()


def _read(shell: Shell, path: Any) -> bytes:
    stream = open_file(shell.process, path, 3, READ, READ)
    try:
        return stream.rest()
    finally:
        stream.let_go()


def _write(shell: Shell, path: Any, data: bytes, mode: int = 2) -> Any:
    stream = open_file(shell.process, path, mode, WRITE, READ)
    try:
        stream.put(data)
    finally:
        stream.let_go()
    return NOTHING


@static("IO.File", "ReadAllBytes")
def _read_bytes(shell: Shell, path: Any) -> bytearray:
    return bytearray(_read(shell, path))


@static("IO.File", "ReadAllText")
def _read_text(shell: Shell, path: Any, encoding: Any = None) -> str:
    return text_of(_read(shell, path), encoding or Encoding("utf-8"))


@static("IO.File", "ReadAllLines")
def _read_lines(shell: Shell, path: Any, encoding: Any = None) -> list[str]:
    lines = _read_text(shell, path, encoding).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


@static("IO.File", "WriteAllBytes")
def _write_bytes(shell: Shell, path: Any, data: Any) -> Any:
    return _write(shell, path, bytes(data))


def _bytes_of(text: str, encoding: Encoding | None) -> bytes:
    chosen = encoding or Encoding("utf-8", bom=False)
    return chosen.preamble + bytes(chosen.get_bytes(text))


@static("IO.File", "WriteAllText")
def _write_text(shell: Shell, path: Any, text: Any, encoding: Any = None) -> Any:
    return _write(shell, path, _bytes_of(to_text(text), encoding))


@static("IO.File", "WriteAllLines")
def _write_lines(shell: Shell, path: Any, lines: Any, encoding: Any = None) -> Any:
    return _write(shell, path, _bytes_of("".join(f"{to_text(line)}\r\n" for line in items_of(lines)), encoding))


@static("IO.File", "AppendAllText")
def _append_text(shell: Shell, path: Any, text: Any, encoding: Any = None) -> Any:
    _, real = found(shell, path)
    data = bytes((encoding or Encoding("utf-8")).get_bytes(text)) if real else _bytes_of(to_text(text), encoding)
    return _write(shell, path, data, 6)


@static("IO.File", "Open")
def _open(shell: Shell, path: Any, mode: Any, access: Any = 3, share: Any = 0) -> Any:
    return open_file(shell.process, path, number_of(mode, "System.IO.FileMode"),
                     number_of(access, "System.IO.FileAccess"), number_of(share, "System.IO.FileShare"))  # fmt: skip


@static("IO.File", "OpenRead")
def _open_read(shell: Shell, path: Any) -> Any:
    return open_file(shell.process, path, 3, READ, READ)


@static("IO.File", "OpenText")
def _open_text(shell: Shell, path: Any) -> StreamReader:
    return StreamReader(open_file(shell.process, path, 3, READ, READ), Encoding("utf-8"))


@static("IO.File", "CreateText")
def _create_text(shell: Shell, path: Any) -> StreamWriter:
    return StreamWriter(open_file(shell.process, path, 2, WRITE, READ), Encoding("utf-8", bom=False))


@static("IO.File", "Delete")
def delete_file(shell: Shell, path: Any) -> Any:
    """One that is not there is no error, unless its folder is not there either."""
    full, real = found(shell, path, "write")
    if real is None:
        shell.process.windows.drives.place(full)
        return NOTHING
    if (real.is_dir() and not real.is_symlink()) or read_only(shell.process, real):
        raise denied(full)
    not_in_use(shell.process, full, real)
    real.unlink()
    forget(shell.process, real)
    return NOTHING


@static("IO.File", "Move")
def _move_file(shell: Shell, source: Any, target: Any) -> Any:
    full, real = existing(shell, source, "write")
    if real.is_dir():
        raise NetError("System.IO.FileNotFoundException", f"Could not find file '{full}'.", -2147024894)
    not_in_use(shell.process, full, real)
    other = full_of(shell, target)
    shell.process.windows.drives.gate(other, "write")
    place = shell.process.windows.drives.place(other)
    if place.exists() and place != real:
        raise win32(183, "Cannot create a file when that file already exists.\r\n")
    if place == real:
        place = real.parent / other.rstrip("\\").rpartition("\\")[2]
    moved(shell.process, real, place)
    return NOTHING


@static("IO.File", "Replace")
def _replace(shell: Shell, source: Any, target: Any, backup: Any, *_: Any) -> Any:
    """PowerShell hands $null to a parameter of text as "": then .NET takes it for a path, and refuses it."""
    full, real = existing(shell, source, "write")
    other, place = existing(shell, target, "write")
    if not isinstance(backup, NullString) and to_text(backup) == "":
        raise NetError("System.ArgumentException", "The path is not of a legal form.", -2147024809)
    not_in_use(shell.process, full, real)
    not_in_use(shell.process, other, place)
    if not isinstance(backup, NullString):
        shutil.copy2(place, shell.process.windows.drives.place(full_of(shell, backup)))
    real.replace(place)
    forget(shell.process, real)
    return NOTHING


class NullString(NetObject):
    """[NullString]::Value: a $null that stays one where text is wanted."""

    type_name: ClassVar[str] = "System.Management.Automation.Language.NullString"


@static("IO.File", "Copy")
def _copy(shell: Shell, source: Any, target: Any, overwrite: Any = False) -> Any:
    _, real = existing(shell, source, "read")
    other = full_of(shell, target)
    shell.process.windows.drives.gate(other, "write")
    place = shell.process.windows.drives.place(other)
    if place.exists() and overwrite is not True:
        raise win32(80, f"The file '{other}' already exists.")
    if read_only(shell.process, place):
        raise denied(other)
    shell.process.windows.room(other, real.stat().st_size)
    shutil.copy2(real, place)
    attributes = shell.process.windows.drives.attributes
    if str(real) in attributes:
        attributes[str(place)] = set(attributes[str(real)])
    shell.process.windows.drives.created[str(place)] = shell.process.windows.now.timestamp()
    return NOTHING


def _times_of(type_name: str, which: str) -> None:
    def get_utc(shell: Shell, path: Any) -> DateTime:
        _, real = found(shell, path)
        return times(shell.process, real, which) if real is not None and os.path.lexists(real) else _NEVER

    def get(shell: Shell, path: Any) -> DateTime:
        return get_utc(shell, path).local()

    def set_utc(shell: Shell, path: Any, moment: Any) -> Any:
        full, real = existing(shell, path, "write")
        if read_only(shell.process, real) and real.is_file():
            raise denied(full)
        set_time(shell.process, real, which, moment if moment.kind == 0 else moment.universal())
        return NOTHING

    def set_local(shell: Shell, path: Any, moment: Any) -> Any:
        return set_utc(shell, path, moment.universal())

    static(type_name, f"Get{which}Utc")(get_utc)
    static(type_name, f"Get{which}")(get)
    static(type_name, f"Set{which}Utc")(set_utc)
    static(type_name, f"Set{which}")(set_local)


for _type in ("IO.File", "IO.Directory"):
    for _which in ("LastWriteTime", "CreationTime", "LastAccessTime"):
        _times_of(_type, _which)


@static("IO.File", "GetAttributes")
def _get_attributes(shell: Shell, path: Any) -> Enumerated:
    return attributes_of(shell.process, existing(shell, path)[1])


@static("IO.File", "SetAttributes")
def _set_attributes(shell: Shell, path: Any, given: Any) -> Any:
    set_attributes(shell.process, existing(shell, path, "write")[1], given)
    return NOTHING


__all__ = ["NotKnown"]
