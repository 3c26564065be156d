"""One process of the simulated Windows: its console, environment, identity, and what it holds open."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.sim.windows.powershell.faults import NotKnown, StoppedByCaller
from tests.sim.windows.powershell.unicode import encoded, units

if TYPE_CHECKING:
    from tests.sim.windows.machine import Windows
    from tests.sim.windows.powershell.scope import Shell
    from tests.sim.windows.powershell.values import ErrorRecord
    from tests.sim.windows.scheduler import Strand

_DEEPEST = 400
#: What a session of sshd gets, by name as Windows shows it.
ENVIRONMENT = {
    "SystemRoot": r"C:\Windows", "windir": r"C:\Windows", "SystemDrive": "C:", "ProgramData": r"C:\ProgramData",
    "ProgramFiles": r"C:\Program Files", "ProgramFiles(x86)": r"C:\Program Files (x86)",
    "ALLUSERSPROFILE": r"C:\ProgramData",
    "COMPUTERNAME": "WS-A", "PROCESSOR_ARCHITECTURE": "AMD64", "OS": "Windows_NT",
    "ComSpec": r"C:\Windows\system32\cmd.exe",
    "TEMP": r"C:\Users\tech\AppData\Local\Temp", "TMP": r"C:\Users\tech\AppData\Local\Temp", "USERNAME": "tech",
    "USERPROFILE": r"C:\Users\tech", "PATH": r"C:\Windows\system32;C:\Windows;C:\Windows\System32\OpenSSH\\",
    "PATHEXT": ".COM;.EXE;.BAT;.CMD",
}  # fmt: skip


class Input:
    """Standard input that somebody fills while it is read."""

    def __init__(self, data: bytes = b"", *, closed: bool = True) -> None:
        self._data = bytearray(data)
        self._closed = closed
        self.changed = threading.Condition()

    def feed(self, data: bytes) -> None:
        """More of it."""
        with self.changed:
            self._data += data
            self.changed.notify_all()

    def finish(self) -> None:
        """The end of it."""
        with self.changed:
            self._closed = True
            self.changed.notify_all()

    def line(self, process: Process) -> bytes | None:
        """The next line with its end, or what is left; None at the end."""
        with self.changed:
            while b"\n" not in self._data and not self._closed:
                if process.killed:
                    raise StoppedByCaller
                self.changed.wait(1)
            if process.killed:
                raise StoppedByCaller
            if not self._data:
                return None
            end = self._data.find(b"\n") + 1 or len(self._data)
            taken = bytes(self._data[:end])
            del self._data[:end]
            return taken

    def rest(self, process: Process) -> bytes:
        """All until the end."""
        lines = []
        while (one := self.line(process)) is not None:
            lines.append(one)
        return b"".join(lines)


class Process:
    """A powershell.exe. `out` and `err` take bytes as they are written."""

    def __init__(self, windows: Windows, given: Input, out: Callable[[bytes], None], err: Callable[[bytes], None],
                 account: str = "") -> None:  # fmt: skip
        self.windows, self.input = windows, given
        self._out, self._err = out, err
        self.pid = windows.next_pid()
        self.started: datetime = windows.now
        self.name = "powershell"
        self.account = account or str(windows.state["session"]["user"])
        self.environment = {**ENVIRONMENT, **windows.state["environment"]}
        if self.account.upper() == "SYSTEM":
            self.environment |= {"USERNAME": f"{self.environment['COMPUTERNAME']}$", "TEMP": r"C:\Windows\TEMP",
                                 "TMP": r"C:\Windows\TEMP"}  # fmt: skip
        self.home = r"C:\Windows\System32" if self.account.upper() == "SYSTEM" else self.environment["USERPROFILE"]
        self.location = self.home
        self.output_encoding = str(windows.state["oem"])
        self.input_encoding = str(windows.state["oem"])
        self.handles: list[Any] = []
        self.main: Shell | None = None
        #: What Add-Type made here, by its name in lower case.
        self.types: dict[str, dict[str, Callable[..., Any]]] = {}
        #: What each thread asked for so that the system stays awake; None is the main one.
        self.execution: dict[Strand | None, int] = {}
        self.killed = False
        self.depth = 0
        self.line = 0
        windows.processes[self.pid] = self

    def write(self, text: str) -> None:
        """To standard output, in the console's encoding."""
        self._out(encoded(text, self.output_encoding))

    def raw(self, data: bytes) -> None:
        """To standard output, as it is."""
        self._out(data)

    def error(self, text: str) -> None:
        """To standard error."""
        self._err(encoded(text, self.output_encoding))

    def print_error(self, record: ErrorRecord) -> None:
        """An error as the console says it."""
        self.error(f"{record.exception.message}\r\n    + FullyQualifiedErrorId : {record.identity}\r\n \r\n")

    def tick(self, line: int) -> None:
        """Called before every statement: a process that was killed ends here."""
        self.line = line
        if self.killed:
            raise StoppedByCaller

    def deeper(self) -> None:
        """One call more."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise NotKnown("a call depth overflow")

    def shallower(self) -> None:
        """One call less."""
        self.depth -= 1

    def environment_value(self, name: str) -> str | None:
        """A variable of the environment, whatever its case."""
        for key, value in self.environment.items():
            if key.lower() == name.lower():
                return units(value)
        return None

    def set_environment(self, name: str, value: Any) -> None:
        """Set or, with $null, unset one."""
        known = next((key for key in self.environment if key.lower() == name.lower()), name)
        if value is None or value == "":
            self.environment.pop(known, None)
        else:
            self.environment[known] = str(value)

    def full_path(self, path: str) -> str:
        """A path with its drive, as [IO.Path]::GetFullPath makes it."""
        return self.windows.drives.full(path, self.location)

    def kill(self) -> None:
        """End it from outside."""
        self.killed = True
        with self.input.changed:
            self.input.changed.notify_all()
        self.windows.scheduler.wake(self)

    def ended(self) -> None:
        """Everything it held is let go."""
        for handle in list(self.handles):
            handle.let_go()
        self.windows.processes.pop(self.pid, None)
