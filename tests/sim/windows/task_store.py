"""Task Scheduler of one simulated Windows: its tasks, their runs, and the clock that starts them.

`play` lets time pass with the system on, `off` with it switched off. A run is a program of the machine, under the
account of its task; how long it takes is told by the machine's own clock.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.sim.windows.dotnet.dates import ZONE
from tests.sim.windows.scheduler import Strand
from tests.sim.windows.task_times import due
from tests.sim.windows.task_xml import kept, read, seconds

if TYPE_CHECKING:
    from tests.sim.windows.machine import Windows
    from tests.sim.windows.process import Process

NEVER_RAN, RUNNING, TERMINATED = 267011, 267009, 267014
REFUSED, NO_FILE, NO_FOLDER, EXISTS = 0x800710E0, 0x80070002, 0x8007010B, 0x800700B7
#: How long after it is on again a system makes up for what it missed (UNVERIFIED, windows.md 2.3).
MAKES_UP_AFTER = timedelta(minutes=10)
_LIMIT = 72 * 3600
#: Ours is never the only one: every Windows comes with tasks.
_OTHERS = ("\\Microsoft\\Windows\\Defrag\\ScheduledDefrag", "\\SystemScan")
_OTHER = """<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"><Actions><Exec>
<Command>C:\\Windows\\System32\\defrag.exe</Command></Exec></Actions></Task>"""


@dataclass
class Run:
    """A run under way."""

    strand: Strand
    processes: list[Process]
    began: datetime


@dataclass
class Task:
    """One task. Its path begins with a backslash and ends with its name."""

    path: str
    xml: str
    looked: datetime  # triggers up to then were seen to
    last: datetime | None = None
    result: int = NEVER_RAN
    missed: int = 0
    make_up: datetime | None = None
    run: Run | None = None
    history: list[tuple[datetime, str]] = field(default_factory=list)

    @property
    def definition(self) -> ET.Element:
        """Its XML without a namespace."""
        return read(self.xml)

    def setting(self, name: str, default: str) -> str:
        """A setting, or what goes without saying."""
        return (self.definition.findtext(f"Settings/{name}") or default).strip()

    @property
    def enabled(self) -> bool:
        """Whether its triggers count."""
        return self.setting("Enabled", "true") == "true"

    @property
    def state(self) -> tuple[int, str]:
        """As the cmdlets have it: a number, and its name."""
        if self.run is not None:
            return (4, "Running")
        return (3, "Ready") if self.enabled else (1, "Disabled")

    def started(self) -> list[datetime]:
        """When runs of it began."""
        return [moment for moment, word in self.history if word == "started"]


class TaskStore:
    """All tasks of a machine. `begin` starts a program and gives its exit code; a test may put another in its place."""

    def __init__(self, windows: Windows, begin: Callable[[str, str, str, str, list[Process]], int]) -> None:
        self.windows, self.begin = windows, begin
        self.tasks: dict[str, Task] = {}
        self.folders: dict[str, str] = {"\\": "\\"}
        self.battery = False
        self._going = False
        windows.scheduler.passed = self._passed
        self.said = bytearray()  # what all runs wrote, and no console shows
        self.broken: list[str] = []  # what a listing says of tasks that it cannot read
        for path in _OTHERS:
            self.register(path, _OTHER)

    @property
    def now(self) -> datetime:
        """In UTC."""
        return self.windows.now.astimezone(UTC)

    def register(self, path: str, xml: str) -> Task:
        """Put a task in the place of whatever was there; its run, and what is known of it, are gone. Raises Refused."""
        text = kept(xml, path, self.now.astimezone(ZoneInfo(ZONE["name"])))
        folder = path.rpartition("\\")[0]
        while folder:
            self.folders.setdefault(folder.lower(), folder)
            folder = folder.rpartition("\\")[0]
        old = self.tasks.get(path.lower())
        if old is not None and old.run is not None:
            self._end(old, TERMINATED)
        self.tasks[path.lower()] = Task(path, text, self.now)
        return self.tasks[path.lower()]

    def change(self, task: Task, xml: str) -> None:
        """Another definition of a task that goes on to be the same: what is known of its runs stays."""
        task.xml = kept(xml, task.path, self.now.astimezone(ZoneInfo(ZONE["name"])))

    def start(self, task: Task) -> int:
        """Begin a run, or say why not (0: it began)."""
        if task.run is not None:  # IgnoreNew; the other policies are none of ours
            return REFUSED
        if self.battery and task.setting("DisallowStartIfOnBatteries", "true") == "true":
            task.result = REFUSED
            task.history.append((self.now, "refused"))
            return REFUSED
        action = task.definition.find("Actions/Exec")
        assert action is not None
        command, arguments, folder = (
            (action.findtext(name) or "").strip() for name in ("Command", "Arguments", "WorkingDirectory")
        )
        account = (task.definition.findtext("Principals/Principal/UserId") or "").strip()
        processes: list[Process] = []
        strand = Strand(
            self.windows.scheduler, lambda: self.begin(command.strip('"'), arguments, folder, account, processes)
        )
        task.run, task.last, task.missed, task.result = Run(strand, processes, self.now), self.now, 0, RUNNING
        task.history.append((self.now, "started"))
        self._go_on(self.now)
        return 0

    def _passed(self, _: datetime) -> None:
        """Time went by for whoever waits, such as one who started a task and looks at it: what runs goes on."""
        if not self._going:
            self._go_on(self.now)

    def play(self, until: datetime) -> None:
        """Let time pass with the system on: what is due starts, what runs goes on."""
        while True:
            moment = self._next(until)
            self._advance(until if moment is None else moment)
            if moment is None:
                return
            for task in list(self.tasks.values()):
                self._look(task, moment)

    def _next(self, until: datetime) -> datetime | None:
        moments: list[datetime] = []
        for task in self.tasks.values():
            others = (task.make_up, self._limit(task, task.run) if task.run else None)
            moments += [moment for moment in others if moment is not None and moment <= until]
            moments += self._due(task, until)[:1]
        return max(self.now, min(moments)) if moments else None

    def _due(self, task: Task, until: datetime) -> list[datetime]:
        return due(task.definition, task.looked, until, ZoneInfo(ZONE["name"])) if task.enabled else []

    def _advance(self, moment: datetime) -> None:
        """To that moment, with every run let go as far as it comes until then."""
        self._go_on(moment)
        if self.now < moment:
            self.windows.scheduler.set(moment)

    def _go_on(self, moment: datetime) -> None:
        before, self._going = self._going, True
        try:
            for task in list(self.tasks.values()):
                if task.run is not None:
                    self._go_on_with(task, task.run, moment)
        finally:
            self._going = before

    def _go_on_with(self, task: Task, run: Run, moment: datetime) -> None:
        ends = self._limit(task, run)
        if ends is not None and ends <= self.now:
            self._end(task, TERMINATED)
        elif run.strand.wait(max(timedelta(), (min(moment, ends) if ends else moment) - self.now)):
            if run.strand.fault is not None:
                raise run.strand.fault
            task.run, task.result = None, run.strand.result
            task.history.append((self.now, "ended"))
        elif ends is not None and ends <= self.now:
            self._end(task, TERMINATED)

    def _limit(self, task: Task, run: Run) -> datetime | None:
        limit = seconds(task.setting("ExecutionTimeLimit", f"PT{_LIMIT}S"))
        return run.began + timedelta(seconds=limit) if limit else None

    def _end(self, task: Task, code: int) -> None:
        assert task.run is not None
        for process in task.run.processes:
            process.kill()
        task.run.strand.stop()
        task.run, task.result = None, code
        task.history.append((self.now, "terminated"))

    def _look(self, task: Task, moment: datetime) -> None:
        fired = bool(self._due(task, moment)) or bool(task.make_up and task.make_up <= moment)
        task.looked = max(task.looked, moment)
        if fired:
            task.make_up = None
            self.start(task)

    def stop(self, task: Task) -> None:
        """What somebody does who ends it by hand."""
        if task.run is not None:
            self._end(task, TERMINATED)

    def unregister(self, task: Task) -> None:
        """It goes; its folder stays."""
        self.stop(task)
        del self.tasks[task.path.lower()]

    def off(self, until: datetime) -> None:
        """Switched off until then: runs end with it, and what was due is missed."""
        for task in self.tasks.values():
            if task.run is not None:
                self._end(task, TERMINATED)
        self.windows.scheduler.set(until)
        for task in self.tasks.values():
            missed = self._due(task, until)
            task.missed += len(missed)
            task.looked = until
            if missed and task.setting("StartWhenAvailable", "false") == "true":
                task.make_up = until + MAKES_UP_AFTER

    def next_of(self, task: Task) -> datetime | None:
        """When it fires next, within the year to come."""
        found = self._due(task, self.now + timedelta(days=366))
        return found[0] if found and found[0] > self.now else None
