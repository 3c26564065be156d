"""Plan and apply on a stand-in of Windows."""

from __future__ import annotations

from collections.abc import Iterable

from studio_backup.resource import Resource
from studio_backup.spec.model import Machine
from tests.sim.applying import PLACE, STUDIO, Applying, machine_of, system_of
from tests.sim.windows.machine import Windows

__all__ = ["NAME", "PLACE", "STUDIO", "SYSTEM", "Studio"]
NAME = "ws-a/windows"
SYSTEM = system_of("windows", "tech")
_MACHINE = machine_of(SYSTEM)


class Studio(Applying):
    """One Windows and what it should have; `machine` where that comes from a spec."""

    def __init__(self, windows: Windows, wanted: Iterable[Resource], machine: Machine = _MACHINE) -> None:
        super().__init__(windows.transport, wanted, machine)
        self.windows = windows
