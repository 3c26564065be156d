"""What is known beyond the machines: drills, what was attested, where drives are, what copies were seen to hold."""

from __future__ import annotations

from collections.abc import Iterable

from studio_backup.evidence.store import Store
from studio_backup.facts import Custody, Drill, Fact, Observation


class Known(Store):
    """The part of the record that the verdict, `what-if` and `due` read."""

    def record_drill(self, now: int, drill: Drill) -> None:
        """Note a restore that was really done."""
        with self._write() as database:
            database.execute(
                "INSERT INTO drills (dataset, copy, point, at, files, bytes, seconds, whole)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (drill.dataset, drill.copy, drill.point, now, drill.files, drill.bytes, drill.seconds, drill.whole),
            )

    def drills(self) -> list[tuple[int, Drill]]:
        """Every restore that was done, oldest first."""
        rows = self._rows("SELECT at, dataset, copy, point, files, bytes, seconds, whole FROM drills ORDER BY at")
        return [(row[0], Drill(row[1], row[2], row[3], row[4], row[5], row[6], bool(row[7]))) for row in rows]

    def attest(self, fact: Fact) -> None:
        """Note what somebody says, or what was seen of a thing that no job answers for."""
        with self._write() as database:
            database.execute(
                "INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?)",
                (fact.subject, fact.what, fact.sort, fact.at, fact.by, fact.expires, fact.note),
            )

    def facts(self) -> list[Fact]:
        """Everything that was ever noted so, oldest first; what has run out, too."""
        rows = self._rows("SELECT subject, what, sort, at, by, expires, note FROM facts ORDER BY at, rowid")
        names = ("subject", "what", "sort", "at", "by", "expires", "note")
        return [Fact(**dict(zip(names, row, strict=True))) for row in rows]

    def move(self, custody: Custody) -> None:
        """Note where a drive is from now on."""
        with self._write() as database:
            database.execute(
                "INSERT INTO custody VALUES (?, ?, ?, ?, ?, ?)",
                (custody.drive, custody.place, custody.at, custody.by, custody.expires, custody.note),
            )

    def moves(self) -> list[Custody]:
        """Every move of every drive, oldest first."""
        rows = self._rows("SELECT drive, place, at, by, expires, note FROM custody ORDER BY at, rowid")
        names = ("drive", "place", "at", "by", "expires", "note")
        return [Custody(**dict(zip(names, row, strict=True))) for row in rows]

    def custody(self) -> dict[str, Custody]:
        """The last word on where each drive is."""
        return {move.drive: move for move in self.moves()}

    def record_observations(self, found: Iterable[Observation]) -> None:
        """Note what copies were seen to hold; only the last look at each is kept."""
        with self._write() as database:
            database.executemany(
                "INSERT OR REPLACE INTO observations VALUES (?, ?, ?, ?)",
                [(one.copy, one.at, "\n".join(one.points), one.state) for one in found],
            )

    def observations(self) -> dict[str, Observation]:
        """The last look at each copy."""
        rows = self._rows("SELECT copy, at, points, state FROM observations")
        return {
            copy: Observation(copy=copy, at=at, points=tuple(points.split()), state=state)
            for copy, at, points, state in rows
        }
