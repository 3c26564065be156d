"""From the paths of the command line to a studio, or to every problem of the spec at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from studio_backup.cli.settings import Settings
from studio_backup.errors import SpecError
from studio_backup.source import Problem
from studio_backup.spec.files import load_paths
from studio_backup.spec.load import Loaded
from studio_backup.spec.model import Studio
from studio_backup.spec.showing import show_problem


@dataclass(frozen=True)
class Shown:
    """A problem with the line it is about."""

    problem: Problem
    lines: list[str]

    def __str__(self) -> str:
        return show_problem(self.problem, self.lines)

    def as_json(self) -> Mapping[str, object]:
        """Its object in a JSON document."""
        return self.problem.as_json()


def load_spec(settings: Settings) -> Loaded:
    """Everything the spec says, with its problems. With -p the rest of the playbooks is not known: nothing is whole."""
    inventory = [Path(path) for path in settings.inventory or ("inventory",)]
    playbooks = [Path(path) for path in settings.playbooks or ("playbooks",)]
    return load_paths(inventory, playbooks, whole=not settings.playbooks)


def load_studio(settings: Settings) -> Studio:
    """The studio; raises SpecError with every problem."""
    loaded = load_spec(settings)
    if loaded.studio is None:
        raise SpecError(problems_of(loaded))
    return loaded.studio


def problems_of(loaded: Loaded) -> list[Shown]:
    """Every problem, each with its line."""
    return shown_with_lines(loaded, loaded.problems)


def shown_with_lines(loaded: Loaded, problems: Iterable[Problem]) -> list[Shown]:
    """These problems, each with its line."""
    return [Shown(problem, loaded.lines.get(problem.place.file, [])) for problem in problems]
