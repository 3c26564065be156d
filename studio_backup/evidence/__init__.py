"""What was seen, done and said, and when: a small SQLite file of one studio on the control machine.

It is a record, not a source of truth: without it everything still works, only "last seen", "since", where a drive
is, who said what and how fast a restore is are not known. Times are epoch seconds, given by the caller.
"""

from __future__ import annotations

from studio_backup.evidence.known import Known
from studio_backup.evidence.reports import Reports
from studio_backup.evidence.seen import Seen
from studio_backup.evidence.tables import VERSION
from studio_backup.evidence.unfinished import Pending, Unfinished
from studio_backup.facts import Drill

__all__ = ["VERSION", "Drill", "Evidence", "Pending"]


class Evidence(Seen, Known, Reports, Unfinished):
    """One studio's record. Raises EvidenceError with the way out when it cannot be used."""
