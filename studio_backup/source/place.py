"""Where something stands in the spec, and what is wrong there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True, slots=True)
class Place:
    """Where something stands in the spec; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, order=True, slots=True)
class Problem:
    """Something wrong in the spec: where, which kind (`SBnnn`), what, and the smallest fix."""

    place: Place
    code: str
    message: str
    fix: str

    def __str__(self) -> str:
        return visible(f"{self.place}: {self.code} {self.message}")

    def as_json(self) -> dict[str, str | int]:
        """Its object in a JSON document."""
        return {
            "file": self.place.file,
            "line": self.place.line,
            "column": self.place.column,
            "code": self.code,
            "message": self.message,
            "fix": self.fix,
        }


def visible(text: str) -> str:
    """The text on one line, with every character that a terminal might obey written out."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
