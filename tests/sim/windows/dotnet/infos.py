"""FileInfo and DirectoryInfo."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from tests.sim.windows.dotnet.dates import DateTime
from tests.sim.windows.dotnet.enums import number_of
from tests.sim.windows.dotnet.files import delete_file
from tests.sim.windows.dotnet.locating import attributes_of, existing, full_of, listed, set_attributes, set_time, times
from tests.sim.windows.powershell.objects import NetObject, maker, method, prop, setter
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.values import NOTHING, Enumerated, Int64
from tests.sim.windows.process import Process


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
        """What PowerShell adds: whether it is a link, and no other kind of reparse point. Two names are one."""
        if not self.real.is_symlink():
            return "HardLink" if self.real.is_file() and self.real.stat().st_nlink > 1 else None
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
