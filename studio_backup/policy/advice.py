"""What a studio should not do, whatever its policies ask: warnings of `validate`, each with a code and a fix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from studio_backup.policy.about_datasets import about_dataset
from studio_backup.policy.about_things import about_things
from studio_backup.policy.holdings import holdings_of
from studio_backup.source import Problem
from studio_backup.spec.findings import Findings
from studio_backup.spec.model import Dataset, Studio


@dataclass(frozen=True, order=True)
class Advice:
    """A warning; `waived` is the last day of the dataset's waiver (an ISO date), "" where there is none."""

    problem: Problem
    waived: str = ""

    def holds(self, today: str) -> bool:
        """False while it is waived."""
        return self.waived < today


def advice(studio: Studio) -> list[Advice]:
    """Every warning once, by its place; one play may earn the same on a thousand machines."""
    found: dict[str, Findings] = {}
    for waived, problem in _all(studio):
        found.setdefault(waived, Findings()).take(problem)
    return sorted(Advice(problem, waived) for waived, findings in found.items() for problem in findings.sorted())


def _all(studio: Studio) -> Iterator[tuple[str, Problem]]:
    used: set[str] = set()
    of_machine: dict[str, list[Dataset]] = {}
    for dataset in studio.datasets.values():
        of_machine.setdefault(dataset.machine, []).append(dataset)
    for dataset in studio.datasets.values():
        holdings = holdings_of(studio, dataset)
        used |= {holding.where for holding in holdings}
        used |= {f"drive:{holding.drive}" for holding in holdings if holding.drive}
        for problem in about_dataset(studio, dataset, holdings, of_machine[dataset.machine]):
            yield dataset.waived.get(problem.code, ""), problem
    for problem in about_things(studio, used):
        yield "", problem
