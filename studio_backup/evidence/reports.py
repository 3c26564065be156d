"""What reports came to, night by night, and who was told what."""

from __future__ import annotations

import json
from collections.abc import Mapping

from studio_backup.evidence.store import Store

#: A year of nightly reports, and then some: older ones are forgotten.
_NEWEST_REPORTS = "SELECT at FROM reports ORDER BY at DESC LIMIT 500"


class Reports(Store):
    """The part of the record that reports write."""

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
