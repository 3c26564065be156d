"""The tables of the record, and how a file that an older program wrote is brought up to them."""

from __future__ import annotations

#: Version of the tables; a file with a higher one was written by a newer program.
VERSION = 4

_FIRST = """
CREATE TABLE IF NOT EXISTS systems (system TEXT PRIMARY KEY, noticed INTEGER NOT NULL, seen INTEGER);
CREATE TABLE IF NOT EXISTS findings (address TEXT PRIMARY KEY, class TEXT NOT NULL, since INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS applied (address TEXT PRIMARY KEY, digest TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS plans (fingerprint TEXT PRIMARY KEY, used INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS drills (
    dataset TEXT NOT NULL, copy TEXT NOT NULL, point TEXT NOT NULL, at INTEGER NOT NULL,
    files INTEGER NOT NULL, bytes INTEGER NOT NULL, seconds REAL NOT NULL
);
"""
_SECOND = """
CREATE TABLE IF NOT EXISTS reports (at INTEGER PRIMARY KEY, whole INTEGER NOT NULL, counts TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS told (receiver TEXT PRIMARY KEY, state TEXT NOT NULL, at INTEGER NOT NULL);
"""
#: Whether an old drill brought back everything was not noted: then it is not taken for one that did.
_THIRD = """
ALTER TABLE drills ADD COLUMN whole INTEGER NOT NULL DEFAULT 0;
CREATE TABLE facts (
    subject TEXT NOT NULL, what TEXT NOT NULL, sort TEXT NOT NULL, at INTEGER NOT NULL,
    by TEXT NOT NULL, expires INTEGER, note TEXT NOT NULL
);
CREATE TABLE custody (
    drive TEXT NOT NULL, place TEXT NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL, expires INTEGER,
    note TEXT NOT NULL
);
CREATE TABLE observations (copy TEXT PRIMARY KEY, at INTEGER NOT NULL, points TEXT NOT NULL, state INTEGER);
"""
_FOURTH = """
CREATE TABLE pending (
    system TEXT PRIMARY KEY, word TEXT NOT NULL, reason TEXT NOT NULL, until INTEGER, at INTEGER NOT NULL
);
CREATE TABLE rollout (
    one INTEGER PRIMARY KEY CHECK (one = 1), at INTEGER NOT NULL, options TEXT NOT NULL, proven INTEGER NOT NULL
);
"""
#: What leads from each version to the next.
_STEPS = (_FIRST, _SECOND, _THIRD, _FOURTH)


def upgrade(version: int) -> str:
    """One script, all or nothing, that makes a file of this version (0: a new one) one of VERSION; "" for none."""
    if version >= VERSION:
        return ""
    return f"BEGIN IMMEDIATE; {''.join(_STEPS[version:])} PRAGMA user_version = {VERSION}; COMMIT;"
