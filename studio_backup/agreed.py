"""What was agreed to of a plan, and which of its changes may be made by that: what destroys, only when it is named."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from studio_backup.diff import Change
from studio_backup.plan import Plan
from studio_backup.steps import destroying, steps_of

#: What was agreed to for one change: its verb, and the hashes of its steps, empty where they were not known yet.
Promise = tuple[str, tuple[str, ...]]


def promises(plan: Plan) -> dict[str, Promise]:
    """What is agreed to by whoever agrees to a plan."""
    return {change.address: _promise(change) for change in plan.acting()}


def _promise(change: Change) -> Promise:
    return change.verb, tuple(step.digest() for step in steps_of(change))


def keeps(agreed: Promise, change: Change) -> bool:
    """True for what was agreed to, and for steps that nobody could know of then."""
    return not agreed[1] or agreed == _promise(change)


def lacking(change: Change, allowed: Collection[str]) -> tuple[str, ...]:
    """The names that --allow-destroy has still to be given before this change may be made."""
    return tuple(name for name in destroying(change) if name not in allowed)


def standing_alone(changes: Iterable[Change], stuck: set[str], hindered: Callable[[Change], bool]) -> list[Change]:
    """Those of the changes, in their order, that are neither hindered nor rest on one that is `stuck`; it grows."""
    found = []
    for change in changes:
        if hindered(change) or (change.want and change.want.needs() & stuck):
            stuck.add(change.address)
        else:
            found.append(change)
    return found
