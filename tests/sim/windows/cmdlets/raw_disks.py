"""Reading a whole disk: the handle that CreateFile gives, and the bytes behind it."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from tests.sim.windows import disks
from tests.sim.windows.cmdlets.added_types import imported
from tests.sim.windows.dotnet.enums import number_of
from tests.sim.windows.dotnet.streams import Stream
from tests.sim.windows.powershell.faults import NetError, NotKnown
from tests.sim.windows.powershell.numbers import to_number
from tests.sim.windows.powershell.objects import MAKERS, NetObject, constant, method, prop, static
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.values import Int64

_DEVICE = re.compile(r"\\\\\.\\PHYSICALDRIVE([0-9]+)", re.IGNORECASE)
_GENERIC_READ, _SHARED, _EXISTING = 2147483648, 3, 3


class Handle(NetObject):
    """A SafeFileHandle."""

    type_name: ClassVar[str] = "Microsoft.Win32.SafeHandles.SafeFileHandle"

    def __init__(self, disk: disks.Disk | None) -> None:
        self.disk = disk

    @prop("IsInvalid")
    def is_invalid(self) -> bool:
        """Whether nothing was opened."""
        return self.disk is None


class RawStream(Stream):
    """A disk: whole sectors at the bounds of sectors, and nothing else."""

    type_name: ClassVar[str] = "System.IO.FileStream"

    def __init__(self, disk: disks.Disk) -> None:
        super().__init__()
        self._disk = disk

    @method("Seek")
    def seek(self, offset: Any, origin: Any) -> Int64:
        """Only from the beginning is it known."""
        if number_of(origin, "System.IO.SeekOrigin") != 0:
            raise NotKnown("another origin on a disk")
        self.place = int(to_number(offset))
        return Int64(self.place)

    @method("Read")
    def read(self, buffer: bytearray, offset: Any, count: Any) -> int:
        """Refused unless place and count are of sectors."""
        wanted = int(count)
        if self.place % disks.SECTOR or wanted % disks.SECTOR:
            raise NetError("System.IO.IOException", "The parameter is incorrect.\r\n", -2147024809)
        found = disks.read(self._disk, self.place, min(wanted, self._disk["size"] - self.place))
        buffer[int(offset) : int(offset) + len(found)] = found
        self.place += len(found)
        return len(found)


@imported("Microsoft.Win32.SafeHandles.SafeFileHandle CreateFileW(string, uint, uint, IntPtr, uint, uint, IntPtr)")
def _create_file(shell: Shell, path: Any, access: Any, share: Any, *rest: Any) -> Handle:
    found = _DEVICE.fullmatch(to_text(path))
    asked = (int(to_number(access)), int(to_number(share)), int(to_number(rest[1])))
    if found is None or asked != (_GENERIC_READ, _SHARED, _EXISTING):
        raise NotKnown(f"CreateFileW of {to_text(path)} {asked}")
    one = disks.by_number(shell.process.windows, int(found[1]))
    return Handle(one if one is not None and shell.process.windows.state["session"]["admin"] else None)


_ordinary = MAKERS["io.filestream"]


def _file_stream(shell: Shell, first: Any, *rest: Any) -> Any:
    if isinstance(first, Handle):
        if first.disk is None:
            raise NetError("System.ArgumentException", "Invalid handle.", -2147024809)
        return RawStream(first.disk)
    return _ordinary(shell, first, *rest)


MAKERS["io.filestream"] = _file_stream


@constant("IntPtr", "Zero")
def _zero(_: Shell) -> int:
    return 0


@static("Environment", "GetLogicalDrives")
def _drives(shell: Shell) -> list[str]:
    return [f"{letter}:\\" for letter in shell.process.windows.drives.letters()]
