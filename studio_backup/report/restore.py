"""A restore that was done, as people and programs read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from studio_backup.facts import Drill
from studio_backup.report.text import age, count, moment, safe, size
from studio_backup.spec.retention import point_time

#: Names of what could not land that a screen has; JSON has them all.
_NAMED = 40


def lines(drill: Drill, to: str, lacking: Mapping[str, str]) -> list[str]:
    """What is where now, and that it was checked; then what could not land there, and why."""
    when = point_time(drill.point)
    what = f"{count(drill.files, 'file')}, {size(drill.bytes)} in {age(drill.seconds)}"
    whole = f"all but {count(len(lacking), 'thing')}; that is no drill" if lacking else "noted as a drill"
    of_what = " of what landed" if lacking else ""
    return [
        f"{drill.dataset}: restored, {whole}",
        f"  as it was      {moment(when.timestamp() if when else None)}, from {drill.copy}",
        f"  into           {to}",
        f"  moved          {what}; every hash{of_what} is equal",
        *_listed(lacking),
        "Next: restore what is lacking to a Linux or a Mac, with --path" if lacking else "Next: studio-backup status",
    ]


def _listed(lacking: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(lacking)[:_NAMED]:
        yield f"  {safe(name)}"
        yield f"      {safe(lacking[name])}"
    if len(lacking) > _NAMED:
        yield f"  and {len(lacking) - _NAMED} more: --format json names all"


def document(drill: Drill, to: str, lacking: Mapping[str, str]) -> dict[str, object]:
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
        "lacking": [{"name": name, "reason": lacking[name]} for name in sorted(lacking)],
    }
