"""Time of the simulated Windows: nothing waits for real, and one thread of it runs at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tests.sim.windows.powershell.faults import StoppedByCaller

if TYPE_CHECKING:
    from tests.sim.windows.process import Process

FOR_EVER = timedelta(days=36500)
_STACK = 256 * 1024 * 1024


class Strand:
    """Work that runs beside its caller: it runs only while the caller waits for it, as far as its time reaches."""

    def __init__(self, scheduler: Scheduler, work: Callable[[], Any]) -> None:
        self._scheduler, self._work = scheduler, work
        self._turn, self._back = threading.Semaphore(0), threading.Semaphore(0)
        self._thread: threading.Thread | None = None
        self.until: datetime | None = None  # how far its caller lets it go; None: to its end
        self.done = False
        self.stopped = False
        self.result: Any = None
        self.fault: BaseException | None = None

    def wait(self, most: timedelta | None) -> bool:
        """Let it run for that long at most; whether it has ended."""
        if self.done:
            return True
        self.until = None if most is None else self._scheduler.now + most
        self._give_turn()
        if self.fault is not None and not isinstance(self.fault, Exception | StoppedByCaller):
            fault, self.fault = self.fault, None
            raise fault
        return self.done

    def stop(self) -> None:
        """End it: what it waits for never comes."""
        self.stopped = True
        if self._thread is not None and not self.done:
            self._give_turn()
        self.done = True

    def _give_turn(self) -> None:
        if self._thread is None:
            before = threading.stack_size(_STACK)
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()
            threading.stack_size(before)
        else:
            self._turn.release()
        self._back.acquire()

    def _run(self) -> None:
        self._scheduler.here.strand = self
        try:
            self.result = self._work()
        except BaseException as fault:
            self.fault = fault
        self.done = True
        self._back.release()

    def sleep_until(self, moment: datetime) -> None:
        """Called inside of it: let time pass, or hand back to the caller whose patience ends before."""
        while self.until is not None and moment > self.until:
            self._scheduler.set(max(self._scheduler.now, self.until))
            self._back.release()
            self._turn.acquire()
            if self.stopped:
                raise StoppedByCaller
        self._scheduler.set(max(self._scheduler.now, moment))


class Scheduler:
    """The clock, and which strand runs."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.here = threading.local()
        #: Called whenever time has passed: what is due then happens.
        self.passed: Callable[[datetime], None] = lambda _: None

    @property
    def current(self) -> Strand | None:
        """The strand that this thread is, if it is one."""
        found: Strand | None = getattr(self.here, "strand", None)
        return found

    def set(self, moment: datetime) -> None:
        """From here on it is this late."""
        self.now = moment
        self.passed(moment)

    def sleep(self, process: Process, span: timedelta) -> None:
        """Let that much time pass for the one that runs now."""
        moment = self.now + span
        if self.current is not None:
            self.current.sleep_until(moment)
        else:
            self.set(moment)
        if process.killed:
            raise StoppedByCaller

    def hang(self, process: Process) -> None:
        """Wait for what never comes: only a caller with a watch ends it."""
        strand = self.current
        if strand is None or strand.until is None:
            raise HungForEver("something hangs that nobody watches")
        while True:
            self.sleep(process, FOR_EVER)

    def wake(self, process: Process) -> None:
        """A process was killed: what sleeps in it finds out at its next statement."""


class HungForEver(BaseException):
    """A program that never ends and that nothing there gives up: the connection stays open and silent."""
