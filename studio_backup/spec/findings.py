"""Where the problems of a whole spec are gathered: each once, sorted, repeated ones counted."""

from __future__ import annotations

import dataclasses

from studio_backup.source import Place, Problem
from studio_backup.spec.wording import MalformedError


class Findings:
    """Problems by place and code: one play may be wrong in the same way on a thousand machines."""

    def __init__(self) -> None:
        self._first: dict[tuple[Place, str], Problem] = {}
        self._messages: dict[tuple[Place, str], set[str]] = {}

    def add(self, place: Place, code: str, message: str, fix: str) -> None:
        """Record a problem."""
        self.take(Problem(place, code, message, fix))

    def take(self, problem: Problem) -> None:
        """Record a problem that is already made."""
        key = (problem.place, problem.code)
        self._first.setdefault(key, problem)
        self._messages.setdefault(key, set()).add(problem.message)

    def malformed(self, place: Place, code: str, error: MalformedError) -> None:
        """Record what a parser said about a text."""
        self.add(place, code, error.message, error.fix)

    def __len__(self) -> int:
        return len(self._first)

    def sorted(self) -> tuple[Problem, ...]:
        """All of them by file, line and column."""
        return tuple(sorted(self._counted(key, problem) for key, problem in self._first.items()))

    def _counted(self, key: tuple[Place, str], problem: Problem) -> Problem:
        more = len(self._messages[key]) - 1
        return dataclasses.replace(problem, message=f"{problem.message} (and {more} more like it)") if more else problem
