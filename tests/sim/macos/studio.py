"""Plan and apply on a stand-in of a Mac."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from studio_backup.resource import Resource
from studio_backup.spec.model import Machine
from tests.sim.applying import PLACE, STUDIO, Applying, machine_of, system_of
from tests.sim.macos.machine import Mac

__all__ = ["NAME", "PLACE", "STUDIO", "Studio"]
NAME = "ws-a/macos"
_MACHINE = machine_of(system_of("macos", "root"))


class Studio(Applying):
    """One Mac and what it should have; `machine` where that comes from a spec."""

    def __init__(
        self, mac: Mac, wanted: Iterable[Resource], shell: Sequence[str] = ("/bin/sh",), machine: Machine = _MACHINE
    ) -> None:
        super().__init__(lambda: mac.transport(shell), wanted, machine)
        self.mac = mac
