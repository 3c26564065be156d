"""One Windows: drives, state, a clock that a test moves, processes, and ways to reach it."""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import tests.sim.windows.cmdlets
import tests.sim.windows.dotnet
import tests.sim.windows.powershell.whole  # noqa: F401
from tests.sim.windows.access import AccessLists
from tests.sim.windows.depth import DEPTH
from tests.sim.windows.drives import VERBATIM, Drives
from tests.sim.windows.powershell.faults import NetError
from tests.sim.windows.powershell.objects import NetObject
from tests.sim.windows.powershell.raising import win32
from tests.sim.windows.powershell.registry import Native
from tests.sim.windows.powershell.values import Hashtable, Record
from tests.sim.windows.process import Process
from tests.sim.windows.redirector import Redirector
from tests.sim.windows.scheduler import Scheduler
from tests.sim.windows.state import State, fresh
from tests.sim.windows.task_run import begin
from tests.sim.windows.task_store import TaskStore

if TYPE_CHECKING:
    from tests.sim.windows.powershell.scope import Shell
    from tests.sim.windows.transport import Simulated

START = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Version(NetObject):
    """[Version]."""

    type_name = "System.Version"

    def __init__(self, text: str) -> None:
        self.words = text

    def text(self) -> str:
        """5.1.26100.1"""
        return self.words

    def look(self, name: str) -> Any:
        """Major, Minor, Build, Revision."""
        from tests.sim.windows.powershell.values import NOTHING

        places = {"major": 0, "minor": 1, "build": 2, "revision": 3}
        return int(self.words.split(".")[places[name.lower()]]) if name.lower() in places else NOTHING

    def order(self, other: Any) -> int:
        """Which is newer."""
        left, right = ([int(part) for part in one.words.split(".")] for one in (self, other))
        return (left > right) - (left < right)

    def same(self, other: Any) -> bool:
        """Whether they are one."""
        return isinstance(other, Version) and other.words == self.words


class Windows:
    """A simulated Windows that lives as long as the block. `state` is what its cmdlets and tools share."""

    def __init__(self, now: datetime = START) -> None:
        self.state: State = fresh()
        self.scheduler = Scheduler(now)
        self.processes: dict[int, Process] = {}
        self.open_files: dict[str, list[Any]] = {}
        self._pid = 4000
        self._refused: list[str] = []
        #: Set to a list, it notes every call with its arguments.
        self.calls: list[tuple[str, dict[str, Any]]] | None = None
        self._hooks: list[tuple[str, Callable[[Shell, str, Hashtable], None]]] = []
        self.ended = threading.Condition()
        self.access = AccessLists(self)
        self.redirector = Redirector(self)
        self.tasks = TaskStore(self, lambda *action: begin(self, *action))

    def __enter__(self) -> Windows:
        DEPTH.borrow()
        self.folder = Path(tempfile.mkdtemp(prefix="windows-"))
        self.drives = Drives(self, self.folder)
        self.drives.gate = self._gate
        for letter in self.state["drives"]:
            (self.folder / letter).mkdir()
        for path in (
            r"C:\ProgramData",
            r"C:\Windows\System32",
            r"C:\Windows\Temp",
            r"C:\Users\tech\AppData\Local\Temp",
        ):
            self.real(path).mkdir(parents=True)
        self.real(r"C:\Windows\System32\robocopy.exe").write_bytes(b"MZ")
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for process in list(self.processes.values()):
            process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
        DEPTH.give_back()

    def real(self, path: str) -> Path:
        """Where a path of Windows stands, or would stand, on this machine."""
        found = self.drives.find(path)
        return found if found is not None else self.folder / path[0].upper() / path[3:].replace("\\", "/")

    @property
    def now(self) -> datetime:
        """Its clock."""
        return self.scheduler.now

    def set_clock(self, moment: datetime) -> None:
        """From here on it is this late in there; what was due happens."""
        self.scheduler.set(moment.astimezone(UTC))

    def next_pid(self) -> int:
        """Windows counts in fours."""
        self._pid += 4
        return self._pid

    def refused(self) -> list[str]:
        """What it was asked and does not know, so far: a test that has any proves nothing."""
        return list(self._refused)

    def refuse(self, what: str) -> None:
        """Note that."""
        self._refused.append(what)

    def transport(self, **options: Any) -> Simulated:
        """A way to it, as a connection would be one."""
        from tests.sim.windows.transport import Simulated

        return Simulated(self, **options)

    def run(self, text: str, *, account: str = "", arguments: tuple[Any, ...] = ()) -> Any:
        """Run a program by itself, for tests: its Outcome (emitted, out, err, exit)."""
        from tests.sim.windows.running import run_text

        return run_text(self, text, account=account, arguments=arguments)

    def before(self, name: str, what: Callable[[Shell, str, Hashtable], None]) -> None:
        """Have something happen before each call of a cmdlet or program of that name: a fault, or a change."""
        self._hooks.append((name.lower(), what))

    def hang(self, name: str, containing: str = "") -> None:
        """From now on a cmdlet or program never comes back; with `containing`, when an argument holds that."""

        def hung(shell: Shell, _: str, bound: Hashtable) -> None:
            if containing.lower() in " ".join(str(value) for value in bound.values()).lower():
                self.scheduler.hang(shell.process)

        self.before(name, hung)

    def before_command(self, shell: Shell, name: str, bound: Hashtable) -> None:
        """Called before every cmdlet."""
        for wanted, what in self._hooks:
            if wanted == name.lower():
                what(shell, name, bound)

    def before_native(self, shell: Shell, native: Native) -> None:
        """Called before every program."""
        self.before_command(shell, native.name, Hashtable([("arguments", " ".join(native.arguments))]))

    def called(self, name: str, arguments: dict[str, Any]) -> None:
        """Called for every function and script block once its arguments are bound; noted while a test asks for it."""
        if self.calls is not None:
            self.calls.append((name, arguments))

    def _gate(self, path: str, access: str) -> None:
        """What a path answers instead of itself: denied, in use by somebody else, hanging, or a device that is gone."""
        path = path.removeprefix(VERBATIM)
        for trouble in self.state["troubles"]:
            start = str(trouble["path"]).rstrip("\\").lower()
            inside = path.lower() == start or path.lower().startswith(start + "\\")
            if not inside or access not in trouble.get("access", ("look", "read", "write", "list")):
                continue
            if trouble["what"] == "denied":
                raise NetError(
                    "System.UnauthorizedAccessException", f"Access to the path '{path}' is denied.", -2147024891
                )
            if trouble["what"] == "in use" and access in ("read", "write"):
                raise win32(
                    32, f"The process cannot access the file '{path}' because it is being used by another process."
                )
            if trouble["what"] == "error":
                raise win32(int(trouble["code"]), str(trouble["message"]))

    def room(self, path: str, size: int) -> None:
        """Refuse to write more than is free."""
        found = self.state["drives"].get(path.removeprefix(VERBATIM)[:1].upper())
        if found is not None and size > found["free"]:
            raise win32(112, "There is not enough space on the disk.\r\n")

    def gone(self, process: Process) -> bool:
        """Wait until a process has ended, for real: it runs in a thread of its own."""
        with self.ended:
            return self.ended.wait_for(lambda: process.pid not in self.processes, 10)

    def version_object(self) -> Version:
        """$PSVersionTable.PSVersion."""
        return Version(str(self.state["ps_version"]))

    def os_version(self) -> Record:
        """[Environment]::OSVersion."""
        return Record([("Version", Version(str(self.state["os_version"])))], "System.OperatingSystem")
