"""The file of the record: opened, brought up to date, read and written, each with an error that says the way out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from studio_backup.errors import EvidenceError
from studio_backup.evidence.tables import VERSION, upgrade

_DAMAGED = (
    "bring it back from a backup, or move it away to start a new one: drills, moves and attestations are only there"
)


class Store:
    """One SQLite file. Raises EvidenceError when it cannot be used."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writing = False  # inside at_once
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._database = sqlite3.connect(path, timeout=10)
            self._prepare()
            self._check()
        except (OSError, sqlite3.Error) as error:
            raise EvidenceError(f"the record {path} cannot be used: {error}", _way_out(error)) from error

    def _prepare(self) -> None:
        version = self._version()
        if version > VERSION:
            raise EvidenceError(
                f"the record {self.path} was written by a newer studio-backup ({version}, this knows {VERSION})",
                "update studio-backup on this machine",
            )
        if script := upgrade(version):
            try:
                self._database.executescript(script)
            except sqlite3.Error:
                if self._database.in_transaction:
                    self._database.rollback()
                # Somebody else's program may have brought it up to date between our look and our turn.
                if self._version() != VERSION:
                    raise

    def _check(self) -> None:
        """Damage behind the first page is found here, where it costs what was remembered, and not half-way."""
        (found,) = self._database.execute("PRAGMA quick_check(1)").fetchone()
        if found != "ok":
            raise sqlite3.DatabaseError("it is damaged")

    def _version(self) -> int:
        version: int = self._database.execute("PRAGMA user_version").fetchone()[0]
        return version

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        try:
            return self._database.execute(query, values).fetchall()
        except sqlite3.Error as error:
            raise EvidenceError(f"the record {self.path} cannot be read: {error}", _DAMAGED) from error

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


def _way_out(error: Exception) -> str:
    """A file that is no database needs another hand than a place that cannot be written."""
    damaged = isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)
    return _DAMAGED if damaged else "make it and its folder writable, or set XDG_STATE_HOME to one that is"
