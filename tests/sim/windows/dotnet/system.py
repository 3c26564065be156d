"""[Environment], [Guid], stopwatches and sleep."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from tests.sim.windows.dotnet.enums import number_of
from tests.sim.windows.dotnet.files import NullString
from tests.sim.windows.dotnet.spans import SECOND, TimeSpan
from tests.sim.windows.powershell.convert import CASTS
from tests.sim.windows.powershell.faults import ExitProgram, NetError, NotKnown
from tests.sim.windows.powershell.numbers import to_number
from tests.sim.windows.powershell.objects import NetObject, constant, prop, static
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.values import NOTHING, Int64
from tests.sim.windows.process import Process

_FOLDERS = {35: r"C:\ProgramData", 37: r"C:\Windows\system32", 36: r"C:\Windows", 38: r"C:\Program Files"}


_GUID_FORMS: dict[str, Callable[[uuid.UUID], str]] = {
    "D": str,
    "N": lambda one: one.hex,
    "B": lambda one: f"{{{one}}}",
    "P": lambda one: f"({one})",
}


@static("Environment", "Exit")
def _exit(_: Shell, code: Any) -> Any:
    raise ExitProgram(int(to_number(code)))


@static("Environment", "GetFolderPath")
def _folder(shell: Shell, which: Any) -> str:
    number = number_of(which, "System.Environment+SpecialFolder")
    if number == 40:
        return shell.process.home
    if number not in _FOLDERS:
        raise NotKnown(f"the folder {to_text(which)}")
    return _FOLDERS[number]


@static("Environment", "GetEnvironmentVariable")
def _variable(shell: Shell, name: Any, *where: Any) -> str | None:
    if where and to_text(where[0]).lower() != "process":
        raise NotKnown("an environment other than the process's")
    return shell.process.environment_value(to_text(name))


@static("Environment", "ExpandEnvironmentVariables")
def _expand(shell: Shell, text: Any) -> str:
    whole = to_text(text)
    for name, value in shell.process.environment.items():
        whole = whole.replace(f"%{name}%", value)
    return whole


constant("Environment", "SystemDirectory")(lambda _: r"C:\Windows\system32")


constant("Environment", "NewLine")(lambda _: "\r\n")


constant("Environment", "MachineName")(lambda shell: shell.process.environment["COMPUTERNAME"])


constant("Environment", "UserName")(lambda shell: shell.process.environment["USERNAME"])


constant("Environment", "CommandLine")(lambda _: "powershell.exe")


constant("Environment", "TickCount")(lambda shell: int(shell.process.windows.now.timestamp() * 1000) & 0x7FFFFFFF)


constant("Environment", "Is64BitProcess")(lambda _: True)


constant("Environment", "Is64BitOperatingSystem")(lambda _: True)


constant("Environment", "CurrentDirectory")(lambda shell: shell.process.location)


constant("Environment", "OSVersion")(lambda shell: shell.process.windows.os_version())


constant("Management.Automation.Language.NullString", "Value")(lambda _: NullString())


constant("NullString", "Value")(lambda _: NullString())


constant("Globalization.CultureInfo", "InvariantCulture")(lambda _: None)


constant("CultureInfo", "InvariantCulture")(lambda _: None)


class Guid(NetObject):
    """[Guid]."""

    type_name: ClassVar[str] = "System.Guid"

    def __init__(self, value: uuid.UUID) -> None:
        self.value = value

    def text(self) -> str:
        """Lower case with dashes."""
        return str(self.value)

    def formatted(self, form: str) -> str:
        """D, N, B, P."""
        return str(_GUID_FORMS[form.upper()](self.value))

    def same(self, other: Any) -> bool:
        """Whether they are one."""
        return isinstance(other, Guid) and other.value == self.value


@static("Guid", "NewGuid")
def _new_guid(_: Shell) -> Guid:
    return Guid(uuid.uuid4())


def _guid(given: Any) -> Guid:
    try:
        return Guid(uuid.UUID(to_text(given)))
    except ValueError:
        raise NetError("System.FormatException", "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-"
                       "xxxxxxxxxxxx).", -2146233033) from None  # fmt: skip


CASTS["guid"] = _guid


static("Guid", "Parse")(lambda _, text: _guid(text))


class Stopwatch(NetObject):
    """Diagnostics.Stopwatch, by the machine's clock."""

    type_name: ClassVar[str] = "System.Diagnostics.Stopwatch"

    def __init__(self, process: Process) -> None:
        self._process, self._began = process, process.windows.now

    @prop("Elapsed")
    def elapsed(self) -> TimeSpan:
        """How long it has run."""
        return TimeSpan(round((self._process.windows.now - self._began).total_seconds() * SECOND))

    @prop("ElapsedMilliseconds")
    def milliseconds(self) -> Int64:
        """How long it has run."""
        return Int64(self.elapsed().count // 10_000)


@static("Diagnostics.Stopwatch", "StartNew")
def _stopwatch(shell: Shell) -> Stopwatch:
    return Stopwatch(shell.process)


@static("Threading.Thread", "Sleep")
def _sleep(shell: Shell, given: Any) -> Any:
    span = (
        timedelta(microseconds=given.count / 10) if isinstance(given, TimeSpan) else timedelta(milliseconds=int(given))
    )
    shell.process.windows.scheduler.sleep(shell.process, span)
    return NOTHING
