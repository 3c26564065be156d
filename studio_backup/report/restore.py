"""A restore that was done, as people and programs read it."""

from __future__ import annotations

from studio_backup.facts import Drill
from studio_backup.report.text import age, count, moment, size
from studio_backup.spec.retention import point_time


def lines(drill: Drill, to: str) -> list[str]:
    """What is where now, and that it was checked."""
    when = point_time(drill.point)
    what = f"{count(drill.files, 'file')}, {size(drill.bytes)} in {age(drill.seconds)}"
    return [
        f"{drill.dataset}: restored, noted as a drill",
        f"  as it was      {moment(when.timestamp() if when else None)}, from {drill.copy}",
        f"  into           {to}",
        f"  moved          {what}; every hash is equal",
        "Next: studio-backup status",
    ]


def document(drill: Drill, to: str) -> dict[str, object]:
    """The JSON of `restore`."""
    return {
        "dataset": drill.dataset,
        "copy": drill.copy,
        "restore_point": drill.point,
        "to": to,
        "files": drill.files,
        "bytes": drill.bytes,
        "seconds": drill.seconds,
        "verified": True,
    }
