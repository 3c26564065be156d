"""[Environment], [Guid], processes, who we are, mutexes, stopwatches."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from tests.sim.windows.dotnet.dates import UTC_KIND, DateTime, of
from tests.sim.windows.dotnet.encoding import Encoding
from tests.sim.windows.dotnet.enums import number_of
from tests.sim.windows.dotnet.files import NullString
from tests.sim.windows.dotnet.spans import SECOND, TimeSpan
from tests.sim.windows.dotnet.streams import MemoryStream, StreamReader, StreamWriter
from tests.sim.windows.powershell.convert import CASTS
from tests.sim.windows.powershell.faults import ExitProgram, NetError, NotKnown
from tests.sim.windows.powershell.natives import int32, start_native
from tests.sim.windows.powershell.numbers import to_number
from tests.sim.windows.powershell.objects import NetObject, constant, maker, method, prop, setter, static
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


class Sid(NetObject):
    """Security.Principal.SecurityIdentifier."""

    type_name: ClassVar[str] = "System.Security.Principal.SecurityIdentifier"
    kinds: ClassVar[tuple[str, ...]] = ("security.principal.identityreference",)

    def __init__(self, value: str) -> None:
        self.sid = value

    def text(self) -> str:
        """S-1-5-…"""
        return self.sid

    def same(self, other: Any) -> bool:
        """Whether they are one."""
        return isinstance(other, Sid) and other.sid == self.sid

    @prop("Value")
    def value(self) -> str:
        """S-1-5-…"""
        return self.sid

    @method("Translate")
    def translate(self, _: Any) -> Sid:
        """To itself: names are localised, and nothing of ours uses them."""
        return self


@maker("Security.Principal.SecurityIdentifier")
def make_sid(_: Shell, text: Any) -> Sid:
    """A SID from its text."""
    if not to_text(text).upper().startswith("S-1-"):
        raise NetError("System.ArgumentException", "Value was invalid.\r\nParameter name: sddlForm", -2147024809)
    return Sid(to_text(text).upper())


CASTS["security.principal.securityidentifier"] = lambda given: make_sid(None, given)  # type: ignore[arg-type]


class Identity(NetObject):
    """WindowsIdentity."""

    type_name: ClassVar[str] = "System.Security.Principal.WindowsIdentity"

    def __init__(self, process: Process) -> None:
        self.process = process

    @prop("Name")
    def name(self) -> str:
        """DOMAIN\\name."""
        if self.process.account.upper() == "SYSTEM":
            return "NT AUTHORITY\\SYSTEM"
        return f"{self.process.environment['COMPUTERNAME']}\\{self.process.account}"

    @prop("User")
    def user(self) -> Sid:
        """Its SID."""
        return Sid(
            "S-1-5-18" if self.process.account.upper() == "SYSTEM" else self.process.windows.state["session"]["sid"]
        )

    @prop("IsSystem")
    def is_system(self) -> bool:
        """Whether it is SYSTEM."""
        return self.process.account.upper() == "SYSTEM"


@static("Security.Principal.WindowsIdentity", "GetCurrent")
def _identity(shell: Shell) -> Identity:
    return Identity(shell.process)


class Principal(NetObject):
    """WindowsPrincipal."""

    type_name: ClassVar[str] = "System.Security.Principal.WindowsPrincipal"

    def __init__(self, identity: Identity) -> None:
        self._process = identity.process

    @method("IsInRole")
    def is_in_role(self, role: Any) -> bool:
        """Whether the token has that group, by role or SID; a name of a group is localised, and so not known here."""
        wanted = role.sid if isinstance(role, Sid) else ""
        if not wanted:
            if not isinstance(role, int) and to_text(role).lower() != "administrator":
                raise NotKnown(f"IsInRole({to_text(role)!r})")
            number = role if isinstance(role, int) else 544
            wanted = f"S-1-5-32-{int(number)}"
        if wanted == "S-1-5-32-544":
            return bool(self._process.account.upper() == "SYSTEM" or self._process.windows.state["session"]["admin"])
        return wanted in ("S-1-1-0", "S-1-5-11")


@maker("Security.Principal.WindowsPrincipal")
def _principal(_: Shell, identity: Identity) -> Principal:
    return Principal(identity)


CASTS["security.principal.windowsprincipal"] = Principal
