"""Plan and apply on a stand-in: what the commands do, with its own way in place of a connection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from studio_backup.apply import Applied, carry_out
from studio_backup.diff import Change, drift_class
from studio_backup.engine import Engine
from studio_backup.looking import Scope, look
from studio_backup.plan import Plan
from studio_backup.resource import Resource
from studio_backup.result import Result
from studio_backup.source import Place
from studio_backup.spec.model import Machine, System
from studio_backup.transport import Transport

STUDIO = "northlight"
PLACE = Place("playbooks/three-two-one.yml", 12, 9)


def system_of(os: str, user: str) -> System:
    """The one system of a workstation."""
    return System(machine="ws-a", name=os, os=os, address="x", port=22, user=user, host_key="ssh-ed25519 AAAA",
                  place=PLACE)  # fmt: skip


def machine_of(system: System) -> Machine:
    """That workstation, with nothing else in it."""
    return Machine(
        name="ws-a", role="workstation", site="s", room=None, exclusive=False, systems={system.name: system}, disks={},
        arrays={}, volumes={}, groups=(), variables={}, asleep_limit=0, place=PLACE,
    )  # fmt: skip


class Applying:
    """One system and what it should have; `reach` is the way to it."""

    def __init__(self, reach: Callable[[], Transport], wanted: Iterable[Resource], machine: Machine) -> None:
        self._reach, self._machine = reach, machine
        self.want(wanted)

    def want(self, wanted: Iterable[Resource]) -> None:
        """What the spec says from here on."""
        resources = {one.address: one for one in wanted}
        self.scope = Scope(STUDIO, resources, [self._machine], lambda _: True, frozenset(), True)

    def engine(self) -> Engine:
        """Each look is a connection of its own."""

        def connect(system: System, siblings: Sequence[System]) -> tuple[Transport, System]:
            del siblings
            return self._reach(), system

        return Engine(connect)

    def plan(self) -> Plan:
        """One look."""
        return look(self.engine(), self.scope)[1]

    def differs(self) -> dict[str, tuple[str, str]]:
        """What is not well: class of drift and verb by address."""
        return {one.address: (drift_class(one), one.verb) for one in self.plan().changes if one.verb != "ok"}

    def change(self, address: str) -> Change:
        """How one resource stands."""
        return next(one for one in self.plan().changes if one.address == address)

    def apply(self, *allowed: str) -> Applied:
        """Plan, carry out, read again; `allowed` is what --allow-destroy names."""
        engine = self.engine()
        survey, plan = look(engine, self.scope)
        told: list[Result] = []
        return carry_out(engine, self.scope, survey, plan, told.extend, allowed=allowed)

    def converge(self) -> None:
        """One run makes it all so, and a second has nothing to do."""
        applied = self.apply()
        assert [(one.change.address, one.reason) for one in applied.failed] == []
        assert self.differs() == {}
        assert self.apply().results == {}
