"""What a command is about, and one look at that: a survey, and the plan that follows from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from studio_backup.engine import Engine
from studio_backup.orphans import leaving
from studio_backup.plan import Plan, make
from studio_backup.probe import Probe
from studio_backup.resource import Resource
from studio_backup.spec.model import Machine
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

    def plan(self, survey: Survey) -> Plan:
        """What would make it as the spec wants it, by what was seen."""
        return make(self.studio, self.wanted, survey, self.chosen, self.whole, self.beside)


def look(
    engine: Engine, scope: Scope, also: Mapping[str, Sequence[Probe]] = MappingProxyType({})
) -> tuple[Survey, Plan]:
    """Survey and plan. Orphans whose kind nobody asked about are asked about in a second round, only when there are.

    `also`: what else each system is asked in the first round; the survey keeps those answers.
    """
    survey = _with_orphans(engine, scope, engine.survey(scope.machines, scope.by_system(), also))
    return survey, scope.plan(survey)


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
