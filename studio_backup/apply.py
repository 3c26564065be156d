"""Carrying out a plan: wave after wave, read again after each, and nothing called done that was not seen done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from studio_backup.diff import Absent, Change, Present, Unread
from studio_backup.engine import Engine
from studio_backup.orphans import leaving
from studio_backup.plan import Plan, destroying, make, steps_of, task_of
from studio_backup.probe import Probe
from studio_backup.resource import Resource
from studio_backup.script import REFUSED, SKIPPED
from studio_backup.spec.model import Machine
from studio_backup.step import Outcome, Task
from studio_backup.survey import Answered, Sighting, Survey, survey_of


@dataclass(frozen=True)
class Scope:
    """What a command is about: everything compiled, and what of it was chosen."""

    studio: str
    wanted: Mapping[str, Resource]
    machines: Sequence[Machine]
    chosen: Callable[[Resource], bool]
    needed: frozenset[str]  # chosen only because something selected needs it
    whole: bool  # the full spec is loaded and nothing was left out
    beside: frozenset[str] = frozenset()  # machines that are read only for what others need of them

    def by_system(self) -> dict[str, list[Resource]]:
        """The chosen resources of each system."""
        found: dict[str, list[Resource]] = {}
        for resource in self.wanted.values():
            if self.chosen(resource):
                found.setdefault(resource.system, []).append(resource)
        return found


@dataclass(frozen=True)
class Result:
    """How one change ended: done is *seen* done."""

    change: Change
    done: bool
    reason: str = ""
    log: str = ""


@dataclass
class Applied:
    """Every result so far, and what was seen last."""

    plan: Plan
    survey: Survey
    results: dict[str, Result] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)  # systems whose last wave may still be running
    held: dict[str, tuple[str, ...]] = field(default_factory=dict)  # address -> names that --allow-destroy lacks

    @property
    def failed(self) -> list[Result]:
        """Changes that were tried and are not seen done."""
        return [result for result in self.results.values() if not result.done]


def look(
    engine: Engine, scope: Scope, also: Mapping[str, Sequence[Probe]] = MappingProxyType({})
) -> tuple[Survey, Plan]:
    """Survey and plan. Orphans whose kind nobody asked about are asked about in a second round, only when there are.

    `also`: what else each system is asked in the first round; the survey keeps those answers.
    """
    survey = engine.survey(scope.machines, scope.by_system(), also)
    survey = _with_orphans(engine, scope, survey)
    return survey, make(scope.studio, scope.wanted, survey, scope.chosen, scope.whole, scope.beside)


def _with_orphans(engine: Engine, scope: Scope, survey: Survey) -> Survey:
    unasked: dict[str, list[Resource]] = {}
    for resource in leaving(scope.studio, scope.wanted, survey):
        sighting = survey.systems[resource.system]
        if not isinstance(sighting, Answered) or resource.address not in sighting.seen:
            unasked.setdefault(resource.system, []).append(resource)
    if not unasked:
        return survey
    wanted = scope.by_system()
    again = engine.read_again({name: [*wanted.get(name, []), *extra] for name, extra in unasked.items()})
    return survey_of(
        {**survey.systems, **{name: _with(survey.systems[name], one) for name, one in again.systems.items()}}
    )


def _with(first: Sighting, again: Sighting) -> Sighting:
    """The second look, with what the first was asked besides."""
    if isinstance(first, Answered) and isinstance(again, Answered):
        return replace(again, answers=first.answers)
    return again


def carry_out(
    engine: Engine,
    scope: Scope,
    survey: Survey,
    plan: Plan,
    told: Callable[[Sequence[Result]], None],
    who: str = "",
    allowed: Collection[str] = (),
) -> Applied:
    """Do what the plan says and nothing else; every wave is read again, and told of, before the next is worked out.

    With `who`, only where the lock taken by that name still holds. What destroys is held back, and so is what rests on
    it, unless `allowed` has every name that it asks for.
    """
    applied = Applied(plan, survey)
    go_on(engine, scope, applied, promises(plan), told, who, allowed)
    return applied


def go_on(
    engine: Engine,
    scope: Scope,
    applied: Applied,
    agreed: Mapping[str, Promise],
    told: Callable[[Sequence[Result]], None],
    who: str = "",
    allowed: Collection[str] = (),
    enough: Callable[[Applied], bool] = lambda _: False,
) -> None:
    """Do what was agreed of what is left, wave after wave, until nothing can be done or `enough` says so.

    What is not agreed is not done, nor is what rests on it.
    """
    while not enough(applied) and (batch := _next(applied, agreed, frozenset(allowed))):
        changed = [Result(change, False, _OTHERWISE) for change in batch if not _keeps(agreed[change.address], change)]
        if changed:
            applied.results.update({result.change.address: result for result in changed})
            told(changed)
            continue
        systems = {change.resource.system for change in batch}
        outcomes = engine.carry_out(_tasks(scope.studio, batch), who)
        see(applied, scope, reread(engine, scope, applied, systems).systems)
        applied.lost |= {change.resource.system for change in batch if outcomes.get(change.address) is None}
        after = {change.address: change for change in applied.plan.changes}
        results = [_judge(change, outcomes.get(change.address), after, applied.survey) for change in batch]
        applied.results.update({result.change.address: result for result in results})
        told(results)


def see(applied: Applied, scope: Scope, systems: Mapping[str, Sighting]) -> None:
    """Take in how some systems were seen last; the plan is what is left after that."""
    applied.survey = survey_of({**applied.survey.systems, **systems})
    applied.plan = make(scope.studio, scope.wanted, applied.survey, scope.chosen, scope.whole, scope.beside)


_OTHERWISE = "not tried: it changed since the plan was made; plan again"

#: What was agreed to for one change: its verb, and the hashes of its steps, empty where they were not known yet.
Promise = tuple[str, tuple[str, ...]]


def promises(plan: Plan) -> dict[str, Promise]:
    """What is agreed to by whoever agrees to a plan."""
    return {change.address: _promise(change) for change in plan.acting()}


def _promise(change: Change) -> Promise:
    return change.verb, tuple(step.digest() for step in steps_of(change))


def _keeps(agreed: Promise, change: Change) -> bool:
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


def _next(applied: Applied, agreed: Collection[str], allowed: frozenset[str]) -> list[Change]:
    """The first wave of what is left of the agreed changes; nothing is tried that rests on a failed one, nor on a
    system that did not say how its last wave ended."""
    acting = applied.plan.acting()
    held = {change.address: missing for change in acting if (missing := lacking(change, allowed))}
    applied.held |= held
    feasible = standing_alone(
        acting,
        {result.change.address for result in applied.failed},
        lambda change: change.address in held or change.resource.system in applied.lost or change.address not in agreed,
    )
    left = [change for change in feasible if change.address not in applied.results]
    first = min((applied.plan.waves[change.address] for change in left), default=0)
    return [change for change in left if applied.plan.waves[change.address] == first]


def _tasks(studio: str, batch: Iterable[Change]) -> dict[str, list[Task]]:
    changes = list(batch)
    addresses = frozenset(change.address for change in changes)
    tasks: dict[str, list[Task]] = {}
    for change in changes:
        tasks.setdefault(change.resource.system, []).append(task_of(studio, change, addresses))
    return tasks


def reread(engine: Engine, scope: Scope, applied: Applied, systems: Iterable[str]) -> Survey:
    """These systems as they are now, with what the plan found there that the spec no longer has."""
    wanted = scope.by_system()
    extra: dict[str, list[Resource]] = {}
    for change in applied.plan.changes:
        if change.want is None:
            extra.setdefault(change.resource.system, []).append(change.resource)
    return engine.read_again({name: [*wanted.get(name, []), *extra.get(name, [])] for name in sorted(systems)})


def _judge(change: Change, outcome: Outcome | None, after: Mapping[str, Change], survey: Survey) -> Result:
    log = outcome.log if outcome else ""
    if outcome and outcome.exit:
        return Result(change, False, _WHY.get(outcome.exit, f"failed with exit status {outcome.exit}"), log)
    if change.want is None:
        return _removed(change, survey, log)
    now = after.get(change.address)
    if now is None or now.verb in ("ok", "watch"):
        return Result(change, True, log=log)
    if now.verb == "unread":
        return Result(change, False, f"could not be read again: {now.reason}", log)
    fields = ", ".join(f"{item.name} is {item.before!r}" for item in now.fields)
    return Result(change, False, f"not seen to be done: {fields or now.verb}", log)


_WHY = {
    SKIPPED: "not tried: something that it needs went wrong",
    REFUSED: "refused by its guard: what is there is not what was planned for",
}


def _removed(change: Change, survey: Survey, log: str) -> Result:
    """Seen to be gone, or released: then it stands there still and is no longer ours."""
    released = not steps_of(change)
    match survey.seen(change.resource):
        case Absent():
            return Result(change, True, log=log)
        case Present() if released:
            return Result(change, True, log=log)
        case Present(value) if value.kind in ("directory", "folder-acl"):
            return Result(change, True, "released: it is not empty", log)
        case Unread(reason):
            return Result(change, released, f"could not be read again: {reason}", log)
    return Result(change, False, "not seen to be gone", log)
