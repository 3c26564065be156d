"""Carrying out a plan: wave after wave, read again after each, and nothing called done that was not seen done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from studio_backup.agreed import Promise, keeps, lacking, promises, standing_alone
from studio_backup.diff import Change
from studio_backup.engine import Engine
from studio_backup.looking import Scope
from studio_backup.plan import Plan
from studio_backup.resource import Resource
from studio_backup.result import Result, result_of
from studio_backup.step import Task
from studio_backup.steps import task_of
from studio_backup.survey import Sighting, Survey, survey_of

_OTHERWISE = "not tried: it changed since the plan was made; plan again"


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
        changed = [Result(change, False, _OTHERWISE) for change in batch if not keeps(agreed[change.address], change)]
        if changed:
            applied.results.update({result.change.address: result for result in changed})
            told(changed)
            continue
        systems = {change.resource.system for change in batch}
        outcomes = engine.carry_out(_tasks(scope.studio, batch), who)
        see(applied, scope, reread(engine, scope, applied, systems).systems)
        applied.lost |= {change.resource.system for change in batch if outcomes.get(change.address) is None}
        after = {change.address: change for change in applied.plan.changes}
        results = [result_of(change, outcomes.get(change.address), after, applied.survey) for change in batch]
        applied.results.update({result.change.address: result for result in results})
        told(results)


def see(applied: Applied, scope: Scope, systems: Mapping[str, Sighting]) -> None:
    """Take in how some systems were seen last; the plan is what is left after that."""
    applied.survey = survey_of({**applied.survey.systems, **systems})
    applied.plan = scope.plan(applied.survey)


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
