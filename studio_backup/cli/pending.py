"""What an apply leaves to do, noted on the control machine, and how `apply --pending` goes on with it."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from studio_backup.apply import Applied
from studio_backup.cli.evidence import pending_of
from studio_backup.cli.scope import with_needs
from studio_backup.cli.settings import Settings
from studio_backup.engine import Engine
from studio_backup.errors import EvidenceError, UsageError
from studio_backup.evidence import Evidence, Pending
from studio_backup.looking import Scope
from studio_backup.rollout.batches import CANARY, Options, Order
from studio_backup.rollout.course import Course
from studio_backup.rollout.left import left, machines_of
from studio_backup.spec.model import Studio
from studio_backup.spec.selectors import select


@dataclass(frozen=True)
class Asked:
    """What one apply is about. `options` is None where it is no rollout; `people` are the machines of the run."""

    options: Options | None
    people: tuple[str, ...]
    pending: bool = False  # goes on with what was left
    proven: bool = False  # the canary of the rollout that goes on is well
    alone: tuple[Pending, ...] = ()  # still let alone, or left by an apply of another selection


@dataclass
class Work:
    """One apply: everything that its parts share."""

    settings: Settings
    studio: Studio
    scope: Scope
    evidence: Evidence
    engine: Engine
    asked: Asked
    allowed: Sequence[str]
    me: str


def asked_for(settings: Settings, evidence: Evidence, studio: Studio, given: Options | None, pending: bool,
              scope_of: Callable[[Settings, Studio], Scope]) -> tuple[Asked, Scope]:  # fmt: skip
    """What this apply is about, and the scope for it."""
    if not pending:
        scope = scope_of(settings, studio)
        # On a machine that the spec asks nothing of any more there may be what it asked for once.
        return Asked(given, tuple(studio.machines if scope.whole else machines_of(scope, studio.machines))), scope
    options, proven = go_on_with(settings, evidence, given)
    try:
        scope = scope_of(settings, studio)
    except UsageError as error:  # the spec has moved on since
        settings.say(f"note: what was chosen then is not in the spec any more ({error.message}): all of it goes on")
        settings.only, settings.leave_out = (), ()
        options, proven, scope = given, False, scope_of(settings, studio)
    people, alone = pending_machines(evidence, studio, time.time())
    within = machines_of(scope, people)
    if people and not within and not alone:  # the rollout's own selection is done; what other applies left is not
        settings.only, settings.leave_out = (), ()
        options, proven, scope, within = given, False, scope_of(settings, studio), people
    if options is not None and options.canary and within and not proven:
        # An apply of its own may have left nothing of the canary: it is proven all the same.
        named = {name.partition("/")[0] for name in select(studio, options.canary, ()).systems}
        named &= {*machines_of(scope, studio.machines)} - {one.system.partition("/")[0] for one in alone}
        within = [one for one in studio.machines if one in named or one in within]
    others = [one for one in evidence.pending().values() if one.system.partition("/")[0] in {*people} - {*within}]
    asked = Asked(options, tuple(within), pending=True, proven=proven, alone=(*alone, *others))
    return asked, narrowed(scope, studio, within)


def go_on_with(settings: Settings, evidence: Evidence, given: Options | None) -> tuple[Options | None, bool]:
    """The options of the rollout that was left, with what is given anew in its place, and whether its canary is proven.

    Its selection becomes that of this command.
    """
    if settings.only or settings.leave_out:
        raise UsageError("--pending goes on with what was left: it takes no --only and no --except", "leave them out")
    kept = evidence.rollout()
    if kept is None:
        return given, False
    stored: dict[str, Any] = json.loads(kept[0])
    settings.only, settings.leave_out = tuple(stored["only"]), tuple(stored["except"])
    before = Options(tuple(stored["canary"]), stored["batch"], stored["max_failed"], stored["until"])
    if given is None:
        return before, kept[1]
    merged = dataclasses.replace(
        before,
        canary=given.canary or before.canary,
        size=given.size or before.size,
        max_failed=given.max_failed if given.max_failed is not None else before.max_failed,
        until=given.until if given.until is not None else before.until,
    )
    return merged, kept[1] and merged.canary == before.canary


def pending_machines(evidence: Evidence, studio: Studio, now: float) -> tuple[list[str], list[Pending]]:
    """The machines of the spec with something left to do, and those of them that are still let alone."""
    kept = evidence.pending()
    known = {system.full_name: system.machine for system in studio.systems()}
    if gone := [name for name in kept if name not in known]:
        evidence.record_pending(int(now), gone, [])
    alone = [one for name, one in kept.items() if name in known and one.until is not None and one.until > now]
    machines = {known[name] for name in kept if name in known} - {known[one.system] for one in alone}
    return [name for name in studio.machines if name in machines], alone


def narrowed(scope: Scope, studio: Studio, people: Collection[str]) -> Scope:
    """Only what is for these machines, and what that needs, wherever it is. Orphans on them are orphans still."""
    datasets = {dataset.full_name for dataset in studio.datasets.values() if dataset.machine in people}
    chosen = [resource for resource in scope.wanted.values() if scope.chosen(resource)]
    named = {one.address for one in chosen if one.system.partition("/")[0] in people}
    served = {one.address for one in chosen if datasets & set(one.serves)}
    addresses = with_needs(named | served, scope.wanted) & {one.address for one in chosen}
    touched = {scope.wanted[address].system.partition("/")[0] for address in addresses} | set(people)
    return dataclasses.replace(
        scope,
        machines=[machine for machine in scope.machines if machine.name in touched],
        chosen=lambda resource: resource.address in addresses,
        needed=frozenset(addresses - named),
        beside=frozenset(touched - set(people)),
    )


def remaining(work: Work, order: Order, applied: Applied, course: Course | None = None) -> list[Pending]:
    """What is left to do on the machines of the run."""
    machines = [work.studio.machines[name] for name in work.asked.people]
    failed = {one.change.address for one in applied.failed}
    later = course.later if course else order.later
    found = left(machines, applied.plan, order.whose, later, failed, pending_of(work.evidence, applied.plan))
    if (course.proven if course else work.asked.proven) or not (found or work.asked.alone):
        return found  # an unproven canary keeps nobody waiting where nothing is left
    known = {one.system.partition("/")[0] for one in found}
    canary = [name for batch in order.batches if batch.name == CANARY for name in batch.machines if name not in known]
    return [
        *found,
        *(Pending(next(iter(work.studio.machines[name].systems.values())).full_name, "unproven") for name in canary),
    ]


def keep(work: Work, found: Sequence[Pending], proven: bool) -> None:
    """Note what is left to do; a record that cannot be written never spoils the command."""
    now, options = int(time.time()), work.asked.options
    machines = [work.studio.machines[name] for name in work.asked.people]
    systems = {system.full_name for machine in machines for system in machine.systems.values()}
    if not work.asked.pending:  # who chose a part of a system has not looked at the rest of what was left there
        systems -= {one.system for one in work.scope.wanted.values() if not work.scope.chosen(one)}
    try:
        with work.evidence.at_once():
            work.evidence.record_pending(now, sorted(systems), found)
            if options is not None:
                work.evidence.record_rollout(now, _stored(work.settings, options), proven)
        if not work.evidence.pending():
            work.evidence.end_rollout()
    except EvidenceError as error:
        work.settings.say(f"warning: {error.message}; apply --pending will not know of this")


def _stored(settings: Settings, options: Options) -> str:
    return json.dumps(
        {
            "canary": options.canary,
            "batch": options.size,
            "max_failed": options.max_failed,
            "until": options.until,
            "only": settings.only,
            "except": settings.leave_out,
        }
    )
