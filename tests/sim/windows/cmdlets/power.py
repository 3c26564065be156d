"""What keeps this Windows awake: the execution state of each thread, which is gone with its thread.

By Microsoft's page on SetThreadExecutionState: it gives the state before, 0 where it fails; without the flag for
"continuous" it only winds the idle timer up again. That Windows counts by threads is from "System Sleep Criteria".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sim.windows.cmdlets.added_types import imported
from tests.sim.windows.powershell.faults import NotKnown
from tests.sim.windows.powershell.scope import Shell

if TYPE_CHECKING:
    from tests.sim.windows.machine import Windows

CONTINUOUS, AWAY_MODE, USER_PRESENT, DISPLAY, SYSTEM = 0x80000000, 0x40, 0x4, 0x2, 0x1


@imported("uint SetThreadExecutionState(uint)")
def _set_state(shell: Shell, flags: int) -> int:
    process = shell.process
    if flags & ~(CONTINUOUS | AWAY_MODE | USER_PRESENT | DISPLAY | SYSTEM):
        raise NotKnown(f"an execution state {flags:#x}")
    process.windows.state["execution"].append((process.pid, flags))
    if flags & USER_PRESENT or process.windows.state["lies"].get("execution-refused"):
        return 0
    thread = process.windows.scheduler.current
    before = process.execution.get(thread, CONTINUOUS)
    if flags & CONTINUOUS:
        process.execution[thread] = flags
    return before


def kept_awake(windows: Windows) -> bool:
    """Whether the idle timer may not put it to sleep: as long as one thread that lives asks for that."""
    return any(
        flags & SYSTEM
        for process in windows.processes.values()
        for thread, flags in process.execution.items()
        if thread is None or not thread.done
    )
