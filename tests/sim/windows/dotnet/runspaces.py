"""[PowerShell]::Create(): a program in a runspace of its own, watched by whoever started it; [ScriptBlock]::Create."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from tests.sim.windows.powershell.faults import NetError, NotKnown, StoppedByCaller, Thrown
from tests.sim.windows.powershell.functions import call_block
from tests.sim.windows.powershell.numbers import to_number
from tests.sim.windows.powershell.objects import NetObject, method, prop, static
from tests.sim.windows.powershell.raising import wrapped
from tests.sim.windows.powershell.scope import Shell
from tests.sim.windows.powershell.scripts import block_of
from tests.sim.windows.powershell.text import to_text
from tests.sim.windows.powershell.values import NOTHING, ErrorRecord, NetException, ScriptBlock
from tests.sim.windows.scheduler import Strand


@static("Management.Automation.ScriptBlock", "Create")
def _create_block(shell: Shell, text: Any) -> ScriptBlock:
    return block_of(to_text(text), shell)


class WaitHandle(NetObject):
    """What AsyncWaitHandle is."""

    type_name: ClassVar[str] = "System.Threading.ManualResetEvent"

    def __init__(self, strand: Strand) -> None:
        self._strand = strand

    @method("WaitOne")
    def wait_one(self, most: Any = -1) -> bool:
        """Let it run for that many milliseconds; whether it has ended."""
        number = int(to_number(most))
        return self._strand.wait(None if number < 0 else timedelta(milliseconds=number))


class AsyncResult(NetObject):
    """What BeginInvoke gives back."""

    type_name: ClassVar[str] = "System.Management.Automation.PowerShellAsyncResult"

    def __init__(self, strand: Strand) -> None:
        self.strand = strand

    @prop("AsyncWaitHandle")
    def handle(self) -> WaitHandle:
        """To wait for it."""
        return WaitHandle(self.strand)

    @prop("IsCompleted")
    def is_completed(self) -> bool:
        """Whether it has ended: asking lets it run as far as its time has come."""
        return self.strand.wait(timedelta())


class Streams(NetObject):
    """Its streams."""

    type_name: ClassVar[str] = "System.Management.Automation.PSDataStreams"

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    @prop("Error")
    def error(self) -> list[ErrorRecord]:
        """What it wrote as errors."""
        return list(self._shell.error_stream)


class PowerShell(NetObject):
    """[PowerShell]."""

    type_name: ClassVar[str] = "System.Management.Automation.PowerShell"
    kinds: ClassVar[tuple[str, ...]] = ("idisposable",)

    def __init__(self, outer: Shell) -> None:
        self._outer, self._inner = outer, Shell(outer.process)
        self._script: ScriptBlock | None = None
        self._arguments: list[Any] = []
        self._named: dict[str, Any] = {}
        self._strand: Strand | None = None
        self._state = "NotStarted"

    @method("AddScript")
    def add_script(self, text: Any, local: Any = False) -> PowerShell:  # noqa: ARG002
        """What it runs."""
        if self._script is not None:
            raise NotKnown("two scripts in one [PowerShell]")
        self._script = block_of(to_text(text), self._inner)
        return self

    @method("AddArgument")
    def add_argument(self, given: Any) -> PowerShell:
        """One argument more."""
        self._arguments.append(given)
        return self

    @method("AddParameter")
    def add_parameter(self, name: Any, given: Any = True) -> PowerShell:
        """One argument by name."""
        self._named[to_text(name)] = given
        return self

    def _work(self) -> list[Any]:
        assert self._script is not None
        emitted: list[Any] = []
        try:
            call_block(self._inner, self._script, self._arguments, self._named, None, emitted.append, dotted=True)
        except (Thrown, NetError):
            self._state = "Failed"
            raise
        self._state = "Completed"
        return emitted

    @method("BeginInvoke")
    def begin(self) -> AsyncResult:
        """Beside us from here on."""
        self._strand = Strand(self._outer.process.windows.scheduler, self._work)
        self._state = "Running"
        return AsyncResult(self._strand)

    @method("EndInvoke")
    def end(self, result: AsyncResult) -> list[Any]:
        """Wait for its end: what it emitted, or what it threw."""
        result.strand.wait(None)
        if isinstance(result.strand.fault, StoppedByCaller) or result.strand.stopped:
            raise NetError("System.Management.Automation.PipelineStoppedException", "The pipeline has been stopped.",
                           -2146233087)  # fmt: skip
        if isinstance(result.strand.fault, Thrown):
            record = result.strand.fault.record
            outer = NetException("System.Management.Automation.MethodInvocationException",
                                 f'Exception calling "EndInvoke" with "1" argument(s): "{record.exception.message}"',
                                 -2146233087, record.exception)  # fmt: skip
            raise Thrown(ErrorRecord(outer, record.exception.type_name.rpartition(".")[2]))
        if isinstance(result.strand.fault, NetError):
            raise wrapped(result.strand.fault, "EndInvoke", 1)
        found: list[Any] = result.strand.result
        return found

    @method("Invoke")
    def invoke(self) -> list[Any]:
        """To its end."""
        return self.end(self.begin())

    @method("Stop")
    def stop(self) -> Any:
        """End it, and wait for that: one that hangs in a call of the system is never rid of."""
        if self._strand is not None:
            if self._outer.process.windows.state["lies"].get("stop-hangs"):
                self._outer.process.windows.scheduler.hang(self._outer.process)
            self._strand.stop()
        self._state = "Stopped"
        return NOTHING

    @method("BeginStop")
    def begin_stop(self, callback: Any, state: Any) -> Any:  # noqa: ARG002
        """End it without waiting."""
        if self._strand is not None:
            self._strand.stop()
        self._state = "Stopped"
        return AsyncResult(self._strand or Strand(self._outer.process.windows.scheduler, lambda: None))

    @method("Dispose")
    def dispose(self) -> Any:
        """Let it go."""
        return NOTHING

    @prop("Streams")
    def streams(self) -> Streams:
        """Its streams."""
        return Streams(self._inner)

    @prop("HadErrors")
    def had_errors(self) -> bool:
        """Whether it wrote any."""
        return bool(self._inner.error_stream)

    @prop("InvocationStateInfo")
    def state_info(self) -> Any:
        """How it stands."""
        from tests.sim.windows.powershell.values import Record

        return Record([("State", self._state), ("Reason", None)])


@static("Management.Automation.PowerShell", "Create")
def _create(shell: Shell, *_: Any) -> PowerShell:
    return PowerShell(shell)
