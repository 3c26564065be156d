"""What plan, drift and apply remember: which systems answered, what differs since when, which plans were used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from studio_backup.evidence.store import Store


class Seen(Store):
    """The part of the record that surveys write."""

    def systems(self) -> dict[str, tuple[int, bool]]:
        """For each system when it last answered, or, marked False, when it was first noticed without ever answering."""
        rows = self._rows("SELECT system, seen, noticed FROM systems")
        return {name: (seen or noticed, seen is not None) for name, seen, noticed in rows}

    def record_systems(self, now: int, awake: Iterable[str], asleep: Iterable[str]) -> None:
        """Note which systems answered, and since when the others are known to be asleep."""
        with self._write() as database:
            database.executemany(
                "INSERT INTO systems VALUES (?, ?, ?) ON CONFLICT (system) DO UPDATE SET seen = excluded.seen",
                [(name, now, now) for name in awake],
            )
            database.executemany(
                "INSERT INTO systems VALUES (?, ?, NULL) ON CONFLICT (system) DO NOTHING",
                [(name, now) for name in asleep],
            )

    def record_findings(self, now: int, looked_at: Iterable[str], findings: Mapping[str, str]) -> None:
        """Note the class of each address that differs; what was looked at and is fine is forgotten."""
        fine = [(address,) for address in looked_at if address not in findings]
        with self._write() as database:
            database.executemany("DELETE FROM findings WHERE address = ?", fine)
            database.executemany(
                "INSERT INTO findings VALUES (?, ?, ?) ON CONFLICT (address) DO UPDATE SET class = excluded.class,"
                " since = CASE WHEN class = excluded.class THEN since ELSE excluded.since END",
                [(address, word, now) for address, word in findings.items()],
            )

    def since(self) -> dict[str, int]:
        """When each address that differs was first seen to."""
        return dict(self._rows("SELECT address, since FROM findings"))

    def record_applied(self, now: int, digests: Mapping[str, str]) -> None:
        """Note what was seen to be as the spec wants it."""
        with self._write() as database:
            database.executemany(
                "INSERT OR REPLACE INTO applied VALUES (?, ?, ?)",
                [(address, digest, now) for address, digest in digests.items()],
            )

    def applied(self) -> dict[str, str]:
        """The digest at which each address was last seen right."""
        return dict(self._rows("SELECT address, digest FROM applied"))

    def use_plan(self, now: int, fingerprint: str) -> bool:
        """Mark a saved plan as used; False when it was used before."""
        with self._write() as database:
            rows = database.execute("INSERT OR IGNORE INTO plans VALUES (?, ?)", (fingerprint, now)).rowcount
        return rows == 1
