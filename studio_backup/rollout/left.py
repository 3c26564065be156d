"""What an apply leaves to do, system by system: kept on the control machine, so that it can go on where it stopped."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from studio_backup.diff import Change
from studio_backup.evidence import Pending
from studio_backup.looking import Scope
from studio_backup.plan import Plan
from studio_backup.spec.model import Machine

#: Verbs of what a later apply can do, once it is seen or what it needs is right. A conflict is for a human.
_UNDONE = ("create", "update", "remove", "deferred")


def machines_of(scope: Scope, machines: Iterable[str]) -> list[str]:
    """The machines that the selection is about, in the order of the spec; those only needed by them are not."""
    named = {
        resource.system.partition("/")[0]
        for resource in scope.wanted.values()
        if scope.chosen(resource) and resource.address not in scope.needed
    }
    return [name for name in machines if name in named]


def left(
    machines: Sequence[Machine],
    plan: Plan,
    whose: Mapping[str, str],
    later: Mapping[str, Pending],
    failed: Collection[str],
    asleep: Mapping[str, int],
) -> list[Pending]:
    """Every system of these machines with something to do. `failed`: addresses; `asleep`: what sleepers lack."""
    by_system: dict[str, list[Change]] = {}
    for change in plan.changes:
        if not change.kept:
            by_system.setdefault(change.resource.system, []).append(change)
    for_machine: dict[str, list[Change]] = {}
    for change in plan.acting():
        for_machine.setdefault(whose.get(change.address, ""), []).append(change)
    found: list[Pending] = []
    for machine in machines:
        names = [system.full_name for system in machine.systems.values()]
        sleepers = [name for name in names if _asleep(by_system.get(name, []))]
        found += [Pending(name, "asleep") for name in sleepers if asleep.get(name)]
        elsewhere = for_machine.get(machine.name, [])
        for name in (name for name in names if name not in sleepers):
            own = by_system.get(name, [])
            undone = [one for one in own if one.verb in _UNDONE and one.address not in whose] + elsewhere
            unread = [one for one in own if one.verb == "unread"]
            elsewhere = []  # told once
            if undone or unread:
                found.append(_why(name, later.get(machine.name), undone, unread, failed))
    return found


def _asleep(changes: Sequence[Change]) -> bool:
    return bool(changes) and all(change.verb == "asleep" for change in changes)


def _why(
    system: str, later: Pending | None, undone: Sequence[Change], unread: Sequence[Change], failed: Collection[str]
) -> Pending:
    if any(address.startswith(f"{system}/") for address in failed) or any(one.address in failed for one in undone):
        return Pending(system, "failed")
    if later is not None:
        return Pending(system, later.word, later.reason, later.until)
    return Pending(system, "unreachable", unread[0].reason) if unread else Pending(system, "planned")
