"""Whether a machine's turn may begin now: it answers, and nobody is at work there; else why it waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from studio_backup.compile import Route
from studio_backup.diff import Asleep
from studio_backup.engine import Engine
from studio_backup.evidence import Pending
from studio_backup.probe import Probe
from studio_backup.rollout.sessions import probe, session
from studio_backup.spec.model import Machine
from studio_backup.survey import Answered, Sighting, Silent


def ask(engine: Engine, machines: Sequence[Machine], routes: Sequence[Route]) -> dict[str, Sighting]:
    """Whether they answer, and whether somebody is at work there."""
    return engine.read(machines, session_probes(machines, routes))


def session_probes(machines: Iterable[Machine], routes: Sequence[Route]) -> dict[str, list[Probe]]:
    """What asks each system whether somebody is at work there."""
    systems = [system for machine in machines for system in machine.systems.values()]
    return {one.full_name: [probe(one.full_name, routes, one.os)] for one in systems}


def waits(machine: Machine, found: Mapping[str, Sighting], until: int | None) -> Pending | None:
    """Why this machine is let alone now; None where its turn may begin."""
    reasons: list[Pending] = []
    for system in machine.systems.values():
        match found.get(system.full_name):
            case Answered() as answered:
                why = session(answered)
                return Pending(system.full_name, "session", why, until) if why else None
            case Silent(reason):
                reasons.append(Pending(system.full_name, "unreachable", reason))
            case Asleep():
                reasons.append(Pending(system.full_name, "asleep"))
    return reasons[0] if reasons else None
