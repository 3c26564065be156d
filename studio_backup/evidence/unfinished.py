"""What an apply left to do, and how its rollout was asked for: `apply --pending` goes on from there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from studio_backup.evidence.store import Store


@dataclass(frozen=True)
class Pending:
    """A system that an apply left unfinished: why, in a word and in words, and until when it shall be let alone."""

    system: str
    word: str  # planned | failed | session | unreachable | locked | asleep | unproven
    reason: str = ""
    until: int | None = None


class Unfinished(Store):
    """The part of the record that `apply` writes."""

    def record_pending(self, now: int, looked_at: Iterable[str], left: Iterable[Pending]) -> None:
        """Note what is left to do; a system that was looked at and is not among it has nothing left."""
        with self._write() as database:
            database.executemany("DELETE FROM pending WHERE system = ?", [(name,) for name in looked_at])
            database.executemany(
                "INSERT OR REPLACE INTO pending VALUES (?, ?, ?, ?, ?)",
                [(one.system, one.word, one.reason, one.until, now) for one in left],
            )

    def pending(self) -> dict[str, Pending]:
        """What the applies so far left unfinished, by system."""
        rows = self._rows("SELECT system, word, reason, until FROM pending ORDER BY system")
        return {row[0]: Pending(*row) for row in rows}

    def record_rollout(self, now: int, options: str, proven: bool) -> None:
        """Note how the rollout under way was asked for (JSON), and whether its canary is proven."""
        with self._write() as database:
            database.execute("INSERT OR REPLACE INTO rollout VALUES (1, ?, ?, ?)", (now, options, int(proven)))

    def rollout(self) -> tuple[str, bool] | None:
        """The options of the rollout under way, and whether its canary is proven; None when there is none."""
        rows = self._rows("SELECT options, proven FROM rollout")
        return (rows[0][0], bool(rows[0][1])) if rows else None

    def end_rollout(self) -> None:
        """Nothing is left of it."""
        with self._write() as database:
            database.execute("DELETE FROM rollout")
