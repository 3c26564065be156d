"""What was seen, and when: a small SQLite file of one studio on the control machine.

It is a record, not a source of truth: without it everything still works, only "last seen", "since" and "drilled"
are not known. Times are epoch seconds, given by the caller.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio_backup.errors import EvidenceError

#: Version of the tables; a file with a higher one was written by a newer program.
VERSION = 2
_TABLES = """
CREATE TABLE IF NOT EXISTS systems (system TEXT PRIMARY KEY, noticed INTEGER NOT NULL, seen INTEGER);
CREATE TABLE IF NOT EXISTS findings (address TEXT PRIMARY KEY, class TEXT NOT NULL, since INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS applied (address TEXT PRIMARY KEY, digest TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS plans (fingerprint TEXT PRIMARY KEY, used INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS drills (
    dataset TEXT NOT NULL, copy TEXT NOT NULL, point TEXT NOT NULL, at INTEGER NOT NULL,
    files INTEGER NOT NULL, bytes INTEGER NOT NULL, seconds REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS reports (at INTEGER PRIMARY KEY, whole INTEGER NOT NULL, counts TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS told (receiver TEXT PRIMARY KEY, state TEXT NOT NULL, at INTEGER NOT NULL);
"""
#: A year of nightly reports, and then some: older ones are forgotten.
_NEWEST_REPORTS = "SELECT at FROM reports ORDER BY at DESC LIMIT 500"


@dataclass(frozen=True)
class Drill:
    """A restore that was really done: what was read, from which copy and point, and how long it took."""

    dataset: str
    copy: str
    point: str
    files: int
    bytes: int
    seconds: float


class Evidence:
    """One studio's record. Raises EvidenceError with the way out when it cannot be used."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writing = False  # inside at_once
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._database = sqlite3.connect(path, timeout=10)
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise EvidenceError(
                f"the record {path} cannot be used: {error}",
                "make it writable, or move it away to start a new one",
            ) from error

    def _prepare(self) -> None:
        version = self._database.execute("PRAGMA user_version").fetchone()[0]
        if version > VERSION:
            raise EvidenceError(
                f"the record {self.path} was written by a newer studio-backup ({version}, this knows {VERSION})",
                "update studio-backup on this machine",
            )
        if version < VERSION:
            with self._database:
                self._database.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {VERSION}; COMMIT;")

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

    def record_drill(self, now: int, drill: Drill) -> None:
        """Note a restore that was really done."""
        with self._write() as database:
            database.execute(
                "INSERT INTO drills VALUES (?, ?, ?, ?, ?, ?, ?)",
                (drill.dataset, drill.copy, drill.point, now, drill.files, drill.bytes, drill.seconds),
            )

    def drills(self) -> list[tuple[int, Drill]]:
        """Every restore that was done, oldest first."""
        rows = self._rows("SELECT at, dataset, copy, point, files, bytes, seconds FROM drills ORDER BY at")
        return [(row[0], Drill(*row[1:])) for row in rows]

    def record_report(self, now: int, whole: bool, counts: Mapping[str, int]) -> None:
        """Note what a report came to: how many of each word. `whole` tells one on the studio from one on a part."""
        with self._write() as database:
            database.execute("INSERT OR REPLACE INTO reports VALUES (?, ?, ?)", (now, whole, json.dumps(dict(counts))))
            database.execute(f"DELETE FROM reports WHERE at < (SELECT min(at) FROM ({_NEWEST_REPORTS}))")

    def reports(self) -> list[tuple[int, dict[str, int]]]:
        """When each report on the whole studio was made, and how many of each word it told; oldest first."""
        found = []
        for at, text in self._rows("SELECT at, counts FROM reports WHERE whole ORDER BY at"):
            try:
                counts = json.loads(text)
            except (ValueError, RecursionError):
                continue
            if isinstance(counts, dict) and all(type(number) is int for number in counts.values()):
                found.append((at, counts))
        return found

    def record_told(self, now: int, receiver: str, state: str) -> None:
        """Note what somebody was told last."""
        with self._write() as database:
            database.execute("INSERT OR REPLACE INTO told VALUES (?, ?, ?)", (receiver, state, now))

    def told(self) -> dict[str, tuple[str, int]]:
        """What each receiver was told last, and when."""
        return {receiver: (state, at) for receiver, state, at in self._rows("SELECT receiver, state, at FROM told")}

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        try:
            return self._database.execute(query).fetchall()
        except sqlite3.Error as error:
            raise EvidenceError(
                f"the record {self.path} cannot be read: {error}", "move it away to start a new one"
            ) from error

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """All that is noted inside is kept together, or none of it: the disk is waited for once."""
        with self._write():
            self._writing = True
            try:
                yield
            finally:
                self._writing = False

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        if self._writing:
            yield self._database
            return
        try:
            with self._database:
                yield self._database
        except sqlite3.Error as error:
            raise EvidenceError(
                f"the record {self.path} cannot be written: {error}", "look at its disk and rights"
            ) from error

    def close(self) -> None:
        """Close the file."""
        self._database.close()
