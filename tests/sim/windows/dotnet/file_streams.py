"""FileStream: an open file, and whether others may have it open, too."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from tests.sim.windows.dotnet.enums import number_of
from tests.sim.windows.dotnet.streams import Stream
from tests.sim.windows.powershell.faults import NetError
from tests.sim.windows.powershell.objects import maker, method, prop
from tests.sim.windows.powershell.raising import win32
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.values import NOTHING
from tests.sim.windows.process import Process

READ, WRITE, DELETE = 1, 2, 4


def in_use(path: str) -> NetError:
    """A sharing violation."""
    return win32(32, f"The process cannot access the file '{path}' because it is being used by another process.")


class FileStream(Stream):
    """An open file. What it may do beside others is decided when it is opened; its process's end closes it."""

    type_name: ClassVar[str] = "System.IO.FileStream"

    def __init__(self, process: Process, full: str, real: Path, access: int, share: int) -> None:
        super().__init__(real.read_bytes())
        self.process, self.full, self.real, self.access, self.share = process, full, real, access, share
        self.open, self._dirty = True, False
        process.handles.append(self)
        process.windows.open_files.setdefault(str(real), []).append(self)

    def _may(self, wanted: int) -> None:
        if not self.open:
            raise NetError("System.ObjectDisposedException", "Cannot access a closed file.", -2146232798)
        if not self.access & wanted:
            word = "reading" if wanted == READ else "writing"
            raise NetError("System.NotSupportedException", f"Stream does not support {word}.", -2146233067)

    def rest(self) -> bytes:
        """All from here on."""
        self._may(READ)
        self._see()
        return super().rest()

    def _see(self) -> None:
        if not self._dirty:
            self.data = bytearray(self.real.read_bytes())

    def put(self, data: bytes) -> None:
        """Write here."""
        self._may(WRITE)
        self.process.windows.room(self.full, len(data))
        super().put(data)
        self._keep()

    def _keep(self) -> None:
        try:
            self.real.write_bytes(bytes(self.data))
            self.process.windows.drives.wrote(self.real)
        except FileNotFoundError:  # its drive was pulled; the number is UNVERIFIED
            raise win32(433, "A device which does not exist was specified.") from None

    @method("Read")
    def read(self, buffer: bytearray, offset: Any, count: Any) -> int:
        """Fill the buffer; how much there was."""
        self._may(READ)
        self.process.windows.drives.gate(self.full, "read")
        return super().read(buffer, offset, count)

    @method("SetLength")
    def set_length(self, length: Any) -> Any:
        """Cut or grow."""
        self._may(WRITE)
        super().set_length(length)
        self._keep()
        return NOTHING

    @method("Dispose")
    def dispose(self) -> Any:
        """Let go."""
        self.let_go()
        return NOTHING

    @method("Close")
    def close(self) -> Any:
        """Let go."""
        return self.dispose()

    def let_go(self) -> None:
        """What the end of its process does, too."""
        if self.open:
            self.open = False
            self.process.handles.remove(self)
            self.process.windows.open_files[str(self.real)].remove(self)

    @prop("Name")
    def name(self) -> str:
        """Its path."""
        return self.full

    @prop("CanWrite")
    def can_write(self) -> bool:
        """Whether it was opened for that."""
        return bool(self.access & WRITE)


def open_file(process: Process, path: Any, mode: int, access: int, share: int) -> FileStream:
    """CreateFile: the mode, then whether those that have it open share it, and whether we share what they do."""
    windows = process.windows
    full = process.full_path(to_text(path))
    windows.drives.gate(full, "write" if access & WRITE else "read")
    real = windows.drives.place(full)
    _check_mode(windows, full, real, mode, access)
    for other in windows.open_files.get(str(real), []):
        if access & ~other.share & 3 or other.access & ~share & 3:
            raise in_use(full)
    if not real.exists():
        real.touch()
        windows.drives.wrote(real)
    elif mode in (2, 5):
        real.write_bytes(b"")
    made = FileStream(process, full, real, access, share)
    if mode == 6:
        made.place = len(made.data)
    return made


def _check_mode(windows: Any, full: str, real: Path, mode: int, access: int) -> None:
    if real.is_dir():
        raise NetError("System.UnauthorizedAccessException", f"Access to the path '{full}' is denied.", -2147024891)
    if mode == 1 and real.exists():
        raise win32(80, f"The file '{full}' already exists.")
    if mode in (3, 5) and not real.exists():
        raise NetError("System.IO.FileNotFoundException", f"Could not find file '{full}'.", -2147024894)
    read_only = "ReadOnly" in windows.drives.attributes.get(str(real), ())
    if read_only and access & WRITE:
        raise NetError("System.UnauthorizedAccessException", f"Access to the path '{full}' is denied.", -2147024891)


@maker("IO.FileStream")
def _file_stream(shell: Shell, path: Any, mode: Any, access: Any = None, share: Any = None, *_: Any) -> FileStream:
    how = number_of(mode, "System.IO.FileMode")
    wanted = 3 if access is None else number_of(access, "System.IO.FileAccess")
    if access is None and how == 6:
        wanted = 2
    shared = READ if share is None else number_of(share, "System.IO.FileShare")
    return open_file(shell.process, path, how, wanted, shared)
