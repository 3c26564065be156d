"""[IO.File], [IO.Directory], FileInfo, DirectoryInfo, DriveInfo."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from tests.sim.windows.dotnet.dates import DateTime, of_ns, to_ns
from tests.sim.windows.dotnet.encoding import Encoding
from tests.sim.windows.dotnet.enums import enumerated, number_of
from tests.sim.windows.dotnet.streams import DELETE, READ, WRITE, StreamReader, StreamWriter, in_use, open_file, text_of
from tests.sim.windows.powershell.faults import NetError, NotKnown
from tests.sim.windows.powershell.objects import NetObject, maker, method, prop, setter, static
from tests.sim.windows.powershell.patterns import wildcard
from tests.sim.windows.powershell.raising import win32
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import items_of, to_text
from tests.sim.windows.powershell.values import NOTHING, Enumerated, Int64
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
    process.windows.drives.gate(full, access)
    return full, process.windows.drives.find(full)


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


@static("IO.File", "Exists")
def _file_exists(shell: Shell, path: Any) -> bool:
    """False, too, where it may not be looked: unread looks like absent here."""
    try:
        real = found(shell, path)[1]
    except NetError:
        return False
    return real is not None and real.is_file()


@static("IO.Directory", "Exists")
def _folder_exists(shell: Shell, path: Any) -> bool:
    try:
        real = found(shell, path)[1]
    except NetError:
        return False
    return real is not None and real.is_dir()


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


def _not_in_use(process: Process, full: str, real: Path) -> None:
    for below, handles in process.windows.open_files.items():
        inside = below == str(real) or below.startswith(f"{real}/")
        if inside and any(not handle.share & DELETE for handle in handles):
            raise in_use(full)


def _read_only(process: Process, real: Path) -> bool:
    return "ReadOnly" in process.windows.drives.attributes.get(str(real), ())


@static("IO.File", "Delete")
def delete_file(shell: Shell, path: Any) -> Any:
    """One that is not there is no error, unless its folder is not there either."""
    full, real = found(shell, path, "write")
    if real is None:
        shell.process.windows.drives.place(full)
        return NOTHING
    if (real.is_dir() and not real.is_symlink()) or _read_only(shell.process, real):
        raise denied(full)
    _not_in_use(shell.process, full, real)
    real.unlink()
    forget(shell.process, real)
    return NOTHING


def forget(process: Process, real: Path) -> None:
    """What was noted of a file that is gone."""
    for table in (process.windows.drives.attributes, process.windows.drives.created):
        for path in [path for path in table if path == str(real) or path.startswith(f"{real}/")]:
            table.pop(path)


def _moved(process: Process, source: Path, target: Path) -> None:
    drives = process.windows.drives
    source.rename(target)
    for table in (drives.attributes, drives.created):
        for path in [path for path in table if path == str(source) or path.startswith(f"{source}/")]:
            table[str(target) + path[len(str(source)) :]] = table.pop(path)  # type: ignore[assignment]


@static("IO.File", "Move")
def _move_file(shell: Shell, source: Any, target: Any) -> Any:
    full, real = existing(shell, source, "write")
    if real.is_dir():
        raise NetError("System.IO.FileNotFoundException", f"Could not find file '{full}'.", -2147024894)
    _not_in_use(shell.process, full, real)
    other = full_of(shell, target)
    shell.process.windows.drives.gate(other, "write")
    place = shell.process.windows.drives.place(other)
    if place.exists() and place != real:
        raise win32(183, "Cannot create a file when that file already exists.\r\n")
    if place == real:
        place = real.parent / other.rstrip("\\").rpartition("\\")[2]
    _moved(shell.process, real, place)
    return NOTHING


@static("IO.File", "Replace")
def _replace(shell: Shell, source: Any, target: Any, backup: Any, *_: Any) -> Any:
    """PowerShell hands $null to a parameter of text as "": then .NET takes it for a path, and refuses it."""
    full, real = existing(shell, source, "write")
    other, place = existing(shell, target, "write")
    if not isinstance(backup, NullString) and to_text(backup) == "":
        raise NetError("System.ArgumentException", "The path is not of a legal form.", -2147024809)
    _not_in_use(shell.process, full, real)
    _not_in_use(shell.process, other, place)
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
    shell.process.windows.room(other, real.stat().st_size)
    shutil.copy2(real, place)
    shell.process.windows.drives.created[str(place)] = shell.process.windows.now.timestamp()
    return NOTHING


@static("IO.Directory", "CreateDirectory")
def _create_folder(shell: Shell, path: Any, security: Any = None) -> Any:
    """With an access list, what is made has it from its first moment; what is there keeps its own."""
    full = full_of(shell, path)
    drives = shell.process.windows.drives
    drives.check_name(full, folder=True)
    drives.gate(full, "write")
    parts, head = full.rstrip("\\").split("\\"), 4 if full.startswith("\\\\") else 1
    if full.upper().startswith("\\\\?\\UNC\\"):
        head = 6
    for end in range(head + 1, len(parts) + 1):
        here = "\\".join(parts[:end])
        real = drives.place(here)
        if real.is_file():
            raise win32(183, f'Cannot create "{here}" because a file or directory with the same name already exists.')
        if not real.exists():
            real.mkdir()
            drives.wrote(real)
            if security is not None:
                shell.process.windows.access.put(here, security.acl(shell.process.windows.access.of(here)))
    if drives.find(full) is None:
        raise NetError(
            "System.IO.DirectoryNotFoundException", f"Could not find a part of the path '{full}'.", -2147024893
        )
    return DirectoryInfo(shell.process, full)


@static("IO.Directory", "Delete")
def delete_folder(shell: Shell, path: Any, recursive: Any = False) -> Any:
    """Empty, unless all below it goes, too."""
    full, real = found(shell, path, "write")
    if real is None:
        raise NetError(
            "System.IO.DirectoryNotFoundException", f"Could not find a part of the path '{full}'.", -2147024893
        )
    if real.is_symlink():
        real.unlink()
        return NOTHING
    if real.is_file():
        raise win32(267, "The directory name is invalid.\r\n")
    if recursive is not True and any(real.iterdir()):
        raise win32(145, "The directory is not empty.\r\n")
    _not_in_use(shell.process, full, real)
    for below in [real, *real.rglob("*")]:
        if _read_only(shell.process, below):
            raise denied(shell.process.windows.drives.windows_path(below))
    shutil.rmtree(real)
    forget(shell.process, real)
    return NOTHING


@static("IO.Directory", "Move")
def _move_folder(shell: Shell, source: Any, target: Any) -> Any:
    full, real = existing(shell, source, "write")
    other = full_of(shell, target)
    if other[:2].upper() != full[:2].upper():
        raise NetError("System.IO.IOException", "Source and destination path must have identical roots. Move will not "
                       "work across volumes.", -2146232800)  # fmt: skip
    place = shell.process.windows.drives.place(other)
    if place.exists() and place != real:
        raise win32(183, f"Cannot create '{other}' because a file or directory with the same name already exists.")
    _not_in_use(shell.process, full, real)
    _moved(shell.process, real, place)
    return NOTHING


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
    for name in names:
        entry = drives.find(f"{full.rstrip(chr(92))}\\{name}")
        if entry is not None and fits.match(name) and (folders if entry.is_dir() else files):
            yield f"{prefix}{name}"
    if deep:
        for name in names:
            entry = drives.find(f"{full.rstrip(chr(92))}\\{name}")
            if entry is not None and entry.is_dir():
                yield from listed(process, f"{prefix}{name}", files=files, folders=folders, pattern=pattern, deep=True)


def _lister(*, files: bool, folders: bool) -> Any:
    def listing(shell: Shell, path: Any, pattern: Any = "*", option: Any = 0) -> list[str]:
        deep = number_of(option, "System.IO.SearchOption") == 1
        return list(listed(shell, path, files=files, folders=folders, pattern=to_text(pattern), deep=deep))

    return listing


for _word in ("Get", "Enumerate"):
    static("IO.Directory", f"{_word}Files")(_lister(files=True, folders=False))
    static("IO.Directory", f"{_word}Directories")(_lister(files=False, folders=True))
    static("IO.Directory", f"{_word}FileSystemEntries")(_lister(files=True, folders=True))


@static("IO.Directory", "GetParent")
def _parent(shell: Shell, path: Any) -> Any:
    full = full_of(shell, path).rstrip("\\")
    above = full.rpartition("\\")[0]
    return DirectoryInfo(shell.process, above if len(above) > 2 else f"{above}\\") if above else None


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


def _times_of(type_name: str, which: str) -> None:
    def get_utc(shell: Shell, path: Any) -> DateTime:
        _, real = found(shell, path)
        return times(shell.process, real, which) if real is not None and os.path.lexists(real) else _NEVER

    def get(shell: Shell, path: Any) -> DateTime:
        return get_utc(shell, path).local()

    def set_utc(shell: Shell, path: Any, moment: Any) -> Any:
        _, real = existing(shell, path, "write")
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


@static("IO.File", "GetAttributes")
def _get_attributes(shell: Shell, path: Any) -> Enumerated:
    return attributes_of(shell.process, existing(shell, path)[1])


@static("IO.File", "SetAttributes")
def _set_attributes(shell: Shell, path: Any, given: Any) -> Any:
    set_attributes(shell.process, existing(shell, path, "write")[1], given)
    return NOTHING


class FileSystemInfo(NetObject):
    """What FileInfo and DirectoryInfo share."""

    kinds: ClassVar[tuple[str, ...]] = ("io.filesysteminfo",)

    def __init__(self, process: Process, full: str) -> None:
        self.process, self.full = process, full

    @property
    def real(self) -> Path:
        """Where it stands here."""
        return existing(self.process, self.full)[1]

    def text(self) -> str:
        """Its path."""
        return self.full

    @prop("FullName")
    def full_name(self) -> str:
        """Its whole path."""
        return self.full

    @prop("Name")
    def name(self) -> str:
        """Its last part; a drive's root whole."""
        return self.full.rstrip("\\").rpartition("\\")[2] if len(self.full) > 3 else self.full

    @prop("Extension")
    def extension(self) -> str:
        """From its last dot on."""
        name = self.name()
        return name[name.rfind(".") :] if "." in name else ""

    @prop("Exists")
    def exists(self) -> bool:
        """Whether it is there."""
        here = self.process.windows.drives.find(self.full)
        return here is not None and here.is_dir() is isinstance(self, DirectoryInfo)

    @prop("Attributes")
    def attributes(self) -> Enumerated:
        """Its attributes."""
        return attributes_of(self.process, self.real)

    @setter("Attributes")
    def set_attributes(self, given: Any) -> None:
        """Change them."""
        set_attributes(self.process, self.real, given)

    @prop("LastWriteTimeUtc")
    def written_utc(self) -> DateTime:
        """When it was written."""
        return times(self.process, self.real, "LastWriteTime")

    @setter("LastWriteTimeUtc")
    def set_written_utc(self, moment: DateTime) -> None:
        """Change that."""
        set_time(self.process, self.real, "LastWriteTime", moment)

    @prop("LastWriteTime")
    def written(self) -> DateTime:
        """When it was written, in local time."""
        return self.written_utc().local()

    @prop("CreationTimeUtc")
    def created_utc(self) -> DateTime:
        """When it was made."""
        return times(self.process, self.real, "CreationTime")

    @prop("LastAccessTimeUtc")
    def looked_utc(self) -> DateTime:
        """When it was last read."""
        return self.written_utc()

    @method("Refresh")
    def refresh(self) -> Any:
        """It is always looked at anew."""
        return NOTHING

    @prop("LinkType")
    def link_type(self) -> str | None:
        """What PowerShell adds: whether it is a link, and no other kind of reparse point."""
        if not self.real.is_symlink():
            return None
        return "Junction" if self.real.is_dir() else "SymbolicLink"

    @prop("PSIsContainer")
    def is_container(self) -> bool:
        """Whether it is a folder."""
        return isinstance(self, DirectoryInfo)


class FileInfo(FileSystemInfo):
    """IO.FileInfo."""

    type_name: ClassVar[str] = "System.IO.FileInfo"

    @prop("Length")
    def length(self) -> Int64:
        """Its bytes."""
        return Int64(self.real.stat().st_size)

    @prop("DirectoryName")
    def directory_name(self) -> str:
        """The folder it is in."""
        above = self.full.rpartition("\\")[0]
        return above if len(above) > 2 else f"{above}\\"

    @prop("Directory")
    def directory(self) -> Any:
        """The folder it is in."""
        return DirectoryInfo(self.process, self.directory_name())

    @method("Delete")
    def delete(self) -> Any:
        """Delete it."""
        return delete_file(self.process.main, self.full)  # type: ignore[arg-type]


class DirectoryInfo(FileSystemInfo):
    """IO.DirectoryInfo."""

    type_name: ClassVar[str] = "System.IO.DirectoryInfo"

    def _below(self, pattern: Any, option: Any, *, files: bool, folders: bool) -> list[FileSystemInfo]:
        deep = number_of(option, "System.IO.SearchOption") == 1
        return [info_of(self.process, path) for path in listed(self.process, self.full, files=files, folders=folders,
                                                               pattern=to_text(pattern), deep=deep)]  # fmt: skip

    @method("GetFiles")
    def files(self, pattern: Any = "*", option: Any = 0) -> list[FileSystemInfo]:
        """The files in it."""
        return self._below(pattern, option, files=True, folders=False)

    @method("GetDirectories")
    def folders(self, pattern: Any = "*", option: Any = 0) -> list[FileSystemInfo]:
        """The folders in it."""
        return self._below(pattern, option, files=False, folders=True)

    @method("GetFileSystemInfos")
    def all(self, pattern: Any = "*", option: Any = 0) -> list[FileSystemInfo]:
        """All in it."""
        return self._below(pattern, option, files=True, folders=True)

    @method("EnumerateFileSystemInfos")
    def enumerate_all(self, pattern: Any = "*", option: Any = 0) -> list[FileSystemInfo]:
        """All in it."""
        return self._below(pattern, option, files=True, folders=True)

    @prop("Parent")
    def parent(self) -> Any:
        """The folder above."""
        above = self.full.rstrip("\\").rpartition("\\")[0]
        return DirectoryInfo(self.process, above if len(above) > 2 else f"{above}\\") if above else None


def info_of(process: Process, full: str) -> FileSystemInfo:
    """What stands there, as an object."""
    real = existing(process, full)[1]
    return DirectoryInfo(process, full) if real.is_dir() else FileInfo(process, full)


@maker("IO.FileInfo")
def _file_info(shell: Shell, path: Any) -> FileInfo:
    return FileInfo(shell.process, full_of(shell, path))


@maker("IO.DirectoryInfo")
def _directory_info(shell: Shell, path: Any) -> DirectoryInfo:
    return DirectoryInfo(shell.process, full_of(shell, path))


class DriveInfo(NetObject):
    """IO.DriveInfo, from the state of the machine."""

    type_name: ClassVar[str] = "System.IO.DriveInfo"

    def __init__(self, process: Process, letter: str) -> None:
        self.process, self.letter = process, letter.upper()

    def text(self) -> str:
        """Its root."""
        return f"{self.letter}:\\"

    def _state(self) -> dict[str, Any]:
        found: dict[str, Any] | None = self.process.windows.state["drives"].get(self.letter)
        if found is None or self.letter not in self.process.windows.drives.letters():
            raise NetError("System.IO.DriveNotFoundException", f"Could not find the drive '{self.letter}:\\'. The "
                           "drive might not be ready or might not be mapped.", -2147024893)  # fmt: skip
        return found

    @prop("Name")
    def name(self) -> str:
        """Its root."""
        return self.text()

    @prop("IsReady")
    def is_ready(self) -> bool:
        """Whether it is there."""
        return self.letter in self.process.windows.drives.letters()

    @prop("DriveFormat")
    def drive_format(self) -> str:
        """Its file system."""
        return str(self._state()["format"])

    @prop("VolumeLabel")
    def label(self) -> str:
        """Its label."""
        return str(self._state()["label"])

    @prop("TotalSize")
    def total(self) -> Int64:
        """Its bytes."""
        return Int64(self._state()["total"])

    @prop("AvailableFreeSpace")
    def free(self) -> Int64:
        """Its bytes that are free."""
        return Int64(self._state()["free"])

    @prop("TotalFreeSpace")
    def total_free(self) -> Int64:
        """Its bytes that are free."""
        return self.free()

    @prop("DriveType")
    def drive_type(self) -> Enumerated:
        """Fixed, removable …"""
        state = self.process.windows.state["drives"].get(self.letter, {"type": 1})
        return enumerated("System.IO.DriveType", int(state.get("type", 3)))


@maker("IO.DriveInfo")
def _drive_info(shell: Shell, name: Any) -> DriveInfo:
    text = to_text(name)
    if not (text[:1].isalpha() and (text[1:] in ("", ":") or text[1:3] == ":\\")):
        raise NetError("System.ArgumentException", "Object must be a root directory (\"C:\\\") or a drive letter "
                       "(\"C\").", -2147024809)  # fmt: skip
    return DriveInfo(shell.process, text[0])


@static("IO.DriveInfo", "GetDrives")
def _drives(shell: Shell) -> list[DriveInfo]:
    return [DriveInfo(shell.process, letter) for letter in shell.process.windows.drives.letters()]


__all__ = ["NotKnown"]
