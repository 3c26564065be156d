"""FileStream with its shares, readers and writers of text, and streams in memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, ClassVar

from tests.sim.windows.dotnet.encoding import BOMS, Encoding
from tests.sim.windows.dotnet.enums import number_of
from tests.sim.windows.powershell.faults import NetError
from tests.sim.windows.powershell.numbers import to_number
from tests.sim.windows.powershell.objects import NetObject, maker, method, prop, setter
from tests.sim.windows.powershell.raising import win32
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import to_text, truth
from tests.sim.windows.powershell.unicode import decoded
from tests.sim.windows.powershell.values import NOTHING, Int64
from tests.sim.windows.process import Process

READ, WRITE, DELETE = 1, 2, 4


def in_use(path: str) -> NetError:
    """A sharing violation."""
    return win32(32, f"The process cannot access the file '{path}' because it is being used by another process.")


class Stream(NetObject):
    """Bytes with a place in them."""

    type_name: ClassVar[str] = "System.IO.MemoryStream"
    kinds: ClassVar[tuple[str, ...]] = ("io.stream", "idisposable")

    def __init__(self, data: bytes = b"") -> None:
        self.data, self.place = bytearray(data), 0

    def rest(self) -> bytes:
        """All from here on."""
        found = bytes(self.data[self.place :])
        self.place = len(self.data)
        return found

    def put(self, data: bytes) -> None:
        """Write here."""
        self.data[self.place : self.place + len(data)] = data
        self.place += len(data)

    @method("Read")
    def read(self, buffer: bytearray, offset: Any, count: Any) -> int:
        """Fill the buffer; how much there was."""
        found = bytes(self.data[self.place : self.place + int(count)])
        buffer[int(offset) : int(offset) + len(found)] = found
        self.place += len(found)
        return len(found)

    @method("ReadByte")
    def read_byte(self) -> int:
        """One byte, or -1."""
        buffer = bytearray(1)
        return buffer[0] if self.read(buffer, 0, 1) else -1

    @method("Write")
    def write(self, buffer: Any, offset: Any, count: Any) -> Any:
        """From the buffer."""
        self.put(bytes(buffer)[int(offset) : int(offset) + int(count)])
        return NOTHING

    @method("Seek")
    def seek(self, offset: Any, origin: Any) -> Int64:
        """Go elsewhere."""
        base = (0, self.place, len(self.data))[number_of(origin, "System.IO.SeekOrigin")]
        self.place = base + int(to_number(offset))
        return Int64(self.place)

    @method("SetLength")
    def set_length(self, length: Any) -> Any:
        """Cut or grow."""
        wanted = int(to_number(length))
        del self.data[wanted:]
        self.data.extend(bytes(wanted - len(self.data)))
        self.place = min(self.place, wanted)
        return NOTHING

    @method("Flush")
    def flush(self, disk: Any = False) -> Any:  # noqa: ARG002
        """To the disk."""
        return NOTHING

    @method("Dispose")
    def dispose(self) -> Any:
        """Let go."""
        return NOTHING

    @method("Close")
    def close(self) -> Any:
        """Let go."""
        return self.dispose()

    @method("CopyTo")
    def copy_to(self, other: Stream) -> Any:
        """All from here on into another."""
        other.put(self.rest())
        return NOTHING

    @prop("Length")
    def length(self) -> Int64:
        """How many bytes."""
        return Int64(len(self.data))

    @prop("Position")
    def position(self) -> Int64:
        """Where it stands."""
        return Int64(self.place)

    @setter("Position")
    def set_position(self, place: Any) -> None:
        """Go elsewhere."""
        self.place = int(to_number(place))


class MemoryStream(Stream):
    """IO.MemoryStream."""

    @method("ToArray")
    def to_array(self) -> bytearray:
        """All of it."""
        return bytearray(self.data)


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
        self.real.write_bytes(bytes(self.data))
        self.process.windows.drives.wrote(self.real)

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


@maker("IO.MemoryStream")
def _memory(_: Shell, data: Any = None) -> MemoryStream:
    return MemoryStream(bytes(data) if isinstance(data, bytearray | list) else b"")


class StreamReader(NetObject):
    """Text from a stream: a BOM decides."""

    type_name: ClassVar[str] = "System.IO.StreamReader"
    kinds: ClassVar[tuple[str, ...]] = ("io.textreader", "idisposable")

    def __init__(self, stream: Stream, encoding: Encoding) -> None:
        self._stream, self._encoding = stream, encoding
        self._text: str | None = None

    def _all(self) -> str:
        if self._text is None:
            self._text = text_of(self._stream.rest(), self._encoding)
        return self._text

    @method("ReadToEnd")
    def read_to_end(self) -> str:
        """All that is left."""
        found, self._text = self._all(), ""
        return found

    @method("ReadLine")
    def read_line(self) -> str | None:
        """The next line; $null at the end."""
        text = self._all()
        if not text:
            return None
        lines = text.split("\n", 1)
        self._text = lines[1] if len(lines) > 1 else ""
        return lines[0].removesuffix("\r")

    @prop("EndOfStream")
    def ended(self) -> bool:
        """Whether all is read."""
        return self._all() == ""

    @method("Dispose")
    def dispose(self) -> Any:
        """With its stream."""
        return self._stream.dispose()

    @method("Close")
    def close(self) -> Any:
        """With its stream."""
        return self._stream.dispose()


class StreamWriter(NetObject):
    """Text into a stream."""

    type_name: ClassVar[str] = "System.IO.StreamWriter"
    kinds: ClassVar[tuple[str, ...]] = ("io.textwriter", "idisposable")

    def __init__(self, stream: Stream, encoding: Encoding) -> None:
        self._stream, self._encoding = stream, encoding
        if stream.place == 0 and encoding.preamble:
            stream.put(encoding.preamble)

    @method("Write")
    def write(self, text: Any) -> Any:
        """As it is."""
        self._stream.put(bytes(self._encoding.get_bytes(text)))
        return NOTHING

    @method("WriteLine")
    def write_line(self, text: Any = "") -> Any:
        """With the end of a line of Windows."""
        return self.write(to_text(text) + "\r\n")

    @method("Flush")
    def flush(self) -> Any:
        """Nothing is held back."""
        return NOTHING

    @prop("AutoFlush")
    def auto_flush(self) -> bool:
        """Always."""
        return True

    @setter("AutoFlush")
    def set_auto_flush(self, _: Any) -> None:
        """Always."""

    @method("Dispose")
    def dispose(self) -> Any:
        """With its stream."""
        return self._stream.dispose()

    @method("Close")
    def close(self) -> Any:
        """With its stream."""
        return self._stream.dispose()


def text_of(data: bytes, encoding: Encoding) -> str:
    """Bytes as text: a BOM decides, and is dropped."""
    for name, mark in BOMS.items():
        if data.startswith(mark):
            return decoded(data[len(mark) :], name)
    return decoded(data, encoding.name)


@maker("IO.StreamReader")
def _reader(shell: Shell, source: Any, encoding: Any = None, *_: Any) -> StreamReader:
    stream = source if isinstance(source, Stream) else open_file(shell.process, source, 3, READ, READ)
    return StreamReader(stream, encoding if isinstance(encoding, Encoding) else Encoding("utf-8"))


@maker("IO.StreamWriter")
def _writer(shell: Shell, target: Any, *given: Any) -> StreamWriter:
    encodings = [one for one in given if isinstance(one, Encoding)]
    append = any(isinstance(one, bool) and truth(one) for one in given)
    stream = target if isinstance(target, Stream) else open_file(shell.process, target, 6 if append else 2, WRITE, READ)
    return StreamWriter(stream, encodings[0] if encodings else Encoding("utf-8", bom=False))


__all__ = ["os"]
