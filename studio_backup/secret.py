"""Where a secret is to be found: a reference that stands in the spec and in steps, in place of the secret itself."""

from __future__ import annotations

from dataclasses import dataclass

from studio_backup.source import Place


@dataclass(frozen=True, kw_only=True)
class Secret:
    """Where a secret is to be found. Its value is looked up by whoever uses it, and is never kept."""

    kind: str  # env | file | command
    words: tuple[str, ...]  # a variable, a path, or a program and its arguments
    place: Place

    @property
    def reference(self) -> str:
        """KIND:NAME, for people; of a command only the program."""
        return f"{self.kind}:{self.words[0]}"
