"""The tree of one YAML file: texts, maps and lists, each with its place."""

from __future__ import annotations

from dataclasses import dataclass, field

from studio_backup.source.place import Place, Problem

Step = str | int
Path = tuple[Step, ...]


@dataclass(slots=True)
class Text:
    """A scalar as written; `plain` when it has no quotes, so that nothing at all can be told from ''."""

    value: str
    place: Place
    plain: bool = False

    @property
    def is_null(self) -> bool:
        """True for a value left out (`key:`), `~` and `null`."""
        return self.plain and self.value in ("", "~", "null")


@dataclass(slots=True)
class Entry:
    """One key of a mapping, with its value."""

    key: Text
    value: Node


@dataclass(slots=True)
class Mapping:
    """Keys and values in the order written."""

    entries: dict[str, Entry]
    place: Place

    def get(self, key: str) -> Node | None:
        """The value of a key, or None when the key is not there."""
        entry = self.entries.get(key)
        return entry.value if entry else None


@dataclass(slots=True)
class Listing:
    """Items in the order written."""

    items: list[Node]
    place: Place


Node = Text | Mapping | Listing


@dataclass(slots=True)
class Document:
    """One file: its tree (None when it could not be built), its problems, and the paths they spoil."""

    file: str
    root: Node | None
    problems: list[Problem] = field(default_factory=list)
    damaged: set[Path] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)

    def report(self, path: Path, problem: Problem) -> None:
        """Record a problem; every path that leads to it counts as damaged."""
        self.problems.append(problem)
        self.damaged.update(path[:length] for length in range(len(path) + 1))


class StoppedError(Exception):
    """Reading on makes no sense; the problem is already recorded."""


def refuse(document: Document, place: Place, code: str, message: str, fix: str) -> None:
    """Record a problem of the whole file and read no further."""
    document.report((), Problem(place, code, message, fix))
    raise StoppedError
