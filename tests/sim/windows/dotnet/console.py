"""[Console]: standard input, output and error of the process."""

from __future__ import annotations

from typing import Any, ClassVar

from tests.sim.windows.dotnet.encoding import Encoding
from tests.sim.windows.powershell.faults import NotKnown
from tests.sim.windows.powershell.objects import NetObject, constant, method, prop, static, static_setter
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.unicode import decoded
from tests.sim.windows.powershell.values import NOTHING
from tests.sim.windows.process import Process


class Reader(NetObject):
    """[Console]::In."""

    type_name: ClassVar[str] = "System.IO.TextReader+SyncTextReader"
    kinds: ClassVar[tuple[str, ...]] = ("io.textreader",)

    def __init__(self, process: Process) -> None:
        self._process = process

    @method("ReadLine")
    def read_line(self) -> str | None:
        """The next line without its end; $null at the end."""
        found = self._process.input.line(self._process)
        if found is None:
            return None
        return decoded(found, self._process.input_encoding).removesuffix("\n").removesuffix("\r")

    @method("ReadToEnd")
    def read_to_end(self) -> str:
        """All until the end."""
        return decoded(self._process.input.rest(self._process), self._process.input_encoding)


class Writer(NetObject):
    """[Console]::Out or Error."""

    type_name: ClassVar[str] = "System.IO.TextWriter+SyncTextWriter"
    kinds: ClassVar[tuple[str, ...]] = ("io.textwriter",)

    def __init__(self, process: Process, *, errors: bool) -> None:
        self._write = process.error if errors else process.write

    @method("Write")
    def write(self, text: Any, *more: Any) -> Any:
        """As it is."""
        self._write(_composed(text, more))
        return NOTHING

    @method("WriteLine")
    def write_line(self, text: Any = "", *more: Any) -> Any:
        """With the end of a line of Windows."""
        self._write(_composed(text, more) + "\r\n")
        return NOTHING

    @method("Flush")
    def flush(self) -> Any:
        """Nothing is held back."""
        return NOTHING

    @prop("AutoFlush")
    def auto_flush(self) -> bool:
        """Always."""
        return True


def _composed(text: Any, more: tuple[Any, ...]) -> str:
    from tests.sim.windows.powershell.formatting import composed

    return composed(to_text(text), list(more)) if more else to_text(text)


@constant("Console", "In")
def _in(shell: Shell) -> Reader:
    return Reader(shell.process)


@constant("Console", "Out")
def _out(shell: Shell) -> Writer:
    return Writer(shell.process, errors=False)


@constant("Console", "Error")
def _error(shell: Shell) -> Writer:
    return Writer(shell.process, errors=True)


@static("Console", "Write")
def _write(shell: Shell, text: Any, *more: Any) -> Any:
    return Writer(shell.process, errors=False).write(text, *more)


@static("Console", "WriteLine")
def _write_line(shell: Shell, text: Any = "", *more: Any) -> Any:
    return Writer(shell.process, errors=False).write_line(text, *more)


@constant("Console", "OutputEncoding")
def _get_output_encoding(shell: Shell) -> Encoding:
    return Encoding(shell.process.output_encoding, bom=False)


@static_setter("Console", "OutputEncoding")
def _set_output_encoding(shell: Shell, given: Any) -> None:
    """An encoding with a BOM writes it into the stream (windows.md 1.6)."""
    if not isinstance(given, Encoding):
        raise NotKnown(f"[Console]::OutputEncoding = {given!r}")
    shell.process.output_encoding = given.name
    if given.bom:
        shell.process.raw(given.preamble)


@constant("Console", "InputEncoding")
def _get_input_encoding(shell: Shell) -> Encoding:
    return Encoding(shell.process.input_encoding, bom=False)


@static_setter("Console", "InputEncoding")
def _set_input_encoding(shell: Shell, given: Any) -> None:
    shell.process.input_encoding = given.name


@static("Console", "OpenStandardInput")
def _standard_input(shell: Shell) -> Any:
    from tests.sim.windows.dotnet.streams import MemoryStream

    return MemoryStream(shell.process.input.rest(shell.process))
