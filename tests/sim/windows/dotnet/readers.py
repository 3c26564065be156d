"""Readers and writers of text over a stream."""

from __future__ import annotations

from typing import Any, ClassVar

from tests.sim.windows.dotnet.encoding import BOMS, Encoding
from tests.sim.windows.dotnet.file_streams import READ, WRITE, open_file
from tests.sim.windows.dotnet.streams import Stream
from tests.sim.windows.powershell.objects import NetObject, maker, method, prop, setter
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import to_text, truth
from tests.sim.windows.powershell.unicode import decoded
from tests.sim.windows.powershell.values import NOTHING


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
