"""The health gate after a canary: what was done is seen again and clean, and one job of it runs green."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from studio_backup.compile import Route
from studio_backup.errors import StudioBackupError
from studio_backup.plan import Plan
from studio_backup.records import Record
from studio_backup.rollout.batches import Order

#: What a canary may not show after its turn; watched fields and a system that sleeps are no fault of it.
_NOT_CLEAN = ("create", "update", "remove", "conflict", "unread", "deferred")


def unwell(plan: Plan, machines: Collection[str], order: Order) -> str:
    """What is not as it should be on these machines, or elsewhere for them; "" when all is."""
    addresses = order.addresses(machines)
    for change in plan.changes:
        own = change.resource.system.partition("/")[0] in machines and change.address not in order.whose
        if change.verb in _NOT_CLEAN and (own or change.address in addresses):
            return f"{change.address}: {change.verb}{': ' if change.reason else ''}{change.reason}"
    return ""


def green(routes: Sequence[Route], run: Callable[[Route], Record | str]) -> tuple[str, str]:
    """Run jobs until one is green: its name, and why none was. One that is refused or fails ends it.

    Jobs that read the data itself go first: a chain of them has nothing to copy yet.
    """
    tried: list[str] = []
    for route in sorted(routes, key=lambda one: one.chained):
        if not route.readers:
            continue
        name = route.copy.full_name
        try:
            found = run(route)
        except StudioBackupError as error:
            found = error.message
        if isinstance(found, Record) and found.result == "ok":
            return name, ""
        said = found if isinstance(found, str) else found.sentence or found.result
        tried.append(f"{name}: {said}")
        if isinstance(found, Record) and found.result in ("refused", "failed"):
            break
    return "", "; ".join(tried)
