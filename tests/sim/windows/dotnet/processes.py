"""Diagnostics.Process: those that run, and programs that a program starts."""

from __future__ import annotations

from typing import Any, ClassVar

from tests.sim.windows.dotnet.dates import UTC_KIND, DateTime, of
from tests.sim.windows.dotnet.encoding import Encoding
from tests.sim.windows.dotnet.readers import StreamReader, StreamWriter
from tests.sim.windows.dotnet.streams import MemoryStream
from tests.sim.windows.powershell.faults import NetError
from tests.sim.windows.powershell.natives import int32, start_native
from tests.sim.windows.powershell.objects import NetObject, maker, method, prop, setter, static
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.values import NOTHING
from tests.sim.windows.process import Process


class Running(NetObject):
    """A process that runs, as Diagnostics.Process shows it."""

    type_name: ClassVar[str] = "System.Diagnostics.Process"

    def __init__(self, process: Process) -> None:
        self.process = process

    @prop("Id")
    def id(self) -> int:
        """Its number."""
        return self.process.pid

    @prop("ProcessName")
    def name(self) -> str:
        """Its program."""
        return self.process.name

    @prop("StartTime")
    def started(self) -> DateTime:
        """Since when, in local time."""
        return of(self.process.started, UTC_KIND).local()

    @prop("HasExited")
    def exited(self) -> bool:
        """Whether it is gone."""
        return self.process.pid not in self.process.windows.processes

    @method("Kill")
    def kill(self) -> Any:
        """End it."""
        self.process.kill()
        return NOTHING

    @method("WaitForExit")
    def wait(self, most: Any = None) -> bool:  # noqa: ARG002
        """Until it is gone."""
        return self.process.windows.gone(self.process)

    @method("Dispose")
    def dispose(self) -> Any:
        """Nothing is held."""
        return NOTHING


@static("Diagnostics.Process", "GetCurrentProcess")
def _current(shell: Shell) -> Running:
    return Running(shell.process)


@static("Diagnostics.Process", "GetProcesses")
def _processes(shell: Shell) -> list[Running]:
    return [Running(one) for one in shell.process.windows.processes.values()]


@static("Diagnostics.Process", "GetProcessById")
def _by_id(shell: Shell, number: Any) -> Running:
    found = shell.process.windows.processes.get(int(number))
    if found is None:
        raise NetError("System.ArgumentException", f"Process with an Id of {int(number)} is not running.", -2147024809)
    return Running(found)


class StartInfo(NetObject):
    """Diagnostics.ProcessStartInfo."""

    type_name: ClassVar[str] = "System.Diagnostics.ProcessStartInfo"

    def __init__(self, name: str = "", arguments: str = "") -> None:
        self.values: dict[str, Any] = {
            "filename": name, "arguments": arguments, "useshellexecute": True, "redirectstandardoutput": False,
            "redirectstandarderror": False, "redirectstandardinput": False, "createnowindow": False,
            "workingdirectory": "", "standardoutputencoding": None, "standarderrorencoding": None, "windowstyle": 0,
        }  # fmt: skip


for _name in StartInfo().values:
    setattr(StartInfo, f"_get_{_name}", lambda self, name=_name: self.values[name])
    setattr(StartInfo, f"_set_{_name}", lambda self, given, name=_name: self.values.__setitem__(name, given))
    StartInfo.net_properties[_name] = f"_get_{_name}"
    StartInfo.net_setters[_name] = f"_set_{_name}"


class Started(NetObject):
    """A program that a program starts: it runs when it is started, and has ended when it is waited for."""

    type_name: ClassVar[str] = "System.Diagnostics.Process"

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self.info = StartInfo()
        self._code: int | None = None
        self._out, self._err = "", ""
        self._input = MemoryStream()

    @prop("StartInfo")
    def start_info(self) -> StartInfo:
        """What it is started with."""
        return self.info

    @setter("StartInfo")
    def set_start_info(self, info: StartInfo) -> None:
        """What it is started with."""
        self.info = info

    @method("Start")
    def start(self) -> bool:
        """Whether it began; one that reads its input begins when that is closed."""
        if not self.info.values["redirectstandardinput"]:
            self._run()
        return True

    def _run(self) -> None:
        values = self.info.values
        if self._code is not None:
            return
        said = bytes(self._input.data).decode("utf-8", "replace")
        native, self._code = start_native(self._shell, to_text(values["filename"]), to_text(values["arguments"]), said)
        self._out = "".join(f"{line}\r\n" for line in native.out)
        self._err = "".join(f"{line}\r\n" for line in native.err)

    @prop("StandardInput")
    def standard_input(self) -> StreamWriter:
        """What it reads."""
        return StreamWriter(self._input, Encoding("utf-8", bom=False))

    def _reader(self, text: str) -> StreamReader:
        return StreamReader(MemoryStream(text.encode("utf-8", "surrogatepass")), Encoding("utf-8"))

    @prop("StandardOutput")
    def standard_output(self) -> StreamReader:
        """What it says."""
        self._run()
        return self._reader(self._out)

    @prop("StandardError")
    def standard_error(self) -> StreamReader:
        """What it complains of."""
        self._run()
        return self._reader(self._err)

    @method("WaitForExit")
    def wait(self, most: Any = None) -> Any:
        """Until its end."""
        self._run()
        return NOTHING if most is None else True

    @prop("ExitCode")
    def code(self) -> int:
        """How it ended."""
        self._run()
        assert self._code is not None
        return int32(self._code)

    @prop("HasExited")
    def exited(self) -> bool:
        """Whether it ended."""
        return self._code is not None

    @method("Dispose")
    def dispose(self) -> Any:
        """Nothing is held."""
        return NOTHING

    @method("Close")
    def close(self) -> Any:
        """Nothing is held."""
        return NOTHING

    @method("Kill")
    def kill(self) -> Any:
        """It has ended."""
        return NOTHING


@maker("Diagnostics.ProcessStartInfo")
def _start_info(_: Shell, name: Any = "", arguments: Any = "") -> StartInfo:
    return StartInfo(to_text(name), to_text(arguments))


@maker("Diagnostics.Process")
def _process(shell: Shell) -> Started:
    return Started(shell)


@static("Diagnostics.Process", "Start")
def _start(shell: Shell, info: Any, arguments: Any = "") -> Started:
    made = Started(shell)
    made.info = info if isinstance(info, StartInfo) else StartInfo(to_text(info), to_text(arguments))
    made.start()
    return made
