"""Streams of bytes, and those in memory."""

from __future__ import annotations

import os
from typing import Any, ClassVar

from tests.sim.windows.dotnet.enums import number_of
from tests.sim.windows.powershell.numbers import to_number
from tests.sim.windows.powershell.objects import NetObject, maker, method, prop, setter
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.values import NOTHING, Int64


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


@maker("IO.MemoryStream")
def _memory(_: Shell, data: Any = None) -> MemoryStream:
    return MemoryStream(bytes(data) if isinstance(data, bytearray | list) else b"")


__all__ = ["os"]
