"""A run and a preview, as people and programs read them."""

from __future__ import annotations

import re

from studio_backup.compile import Route
from studio_backup.records import Record, as_json
from studio_backup.report.text import Paint, age, count, moment, safe, size, wrapped
from studio_backup.running import Preview

#: How rsync escapes one byte of a name (rsync(1), --8-bit-output).
_ESCAPE = re.compile(rb"\\#([0-3][0-7]{2})")
#: Names of each sort that a preview shows without -v.
MOST_NAMES = 10


def lines_of_run(route: Route, record: Record, paint: Paint) -> list[str]:
    """What one run did, why it did not, and what to type next."""
    name = route.copy.full_name
    colour = "good" if record.result == "ok" else "bad" if record.result in ("failed", "refused") else "unread"
    lines = [f"{name}: {paint(record.result, colour)}" + (f", {record.sentence}" if record.reason else "")]
    if record.result == "running":
        lines.append(f"  Another run is under way since {moment(record.started)}; this one did nothing.")
    if record.source:
        lines.append(f"  read from      {record.source}" + (" (while files were in use)" if record.open else ""))
    if record.result in ("ok", "refused") and record.files is not None:
        holds = f"the source holds {count(record.files, 'file')}"
        lines.append(f"  moved          {size(record.bytes)} in {age(record.seconds or 0)}; {holds}")
        new, rewritten, deleted = record.created or 0, record.rewritten or 0, record.deleted or 0
        lines.append(f"  compared       {new} new, {rewritten} rewritten, {deleted} deleted")
    if record.accepted_by:
        lines.append(f"  accepted by    {safe(record.accepted_by)}")
    if record.restore_point and record.result == "ok":
        lines.append(f"  restore point  {record.restore_point}")
    return [*lines, *_next(route, record)]


def _next(route: Route, record: Record) -> list[str]:
    name = route.copy.full_name
    if record.result == "refused":
        kept = "  Nothing was rotated; every restore point is as it was."
        if record.reason.startswith("brake-"):
            return [
                kept,
                f"Next: studio-backup run {name} --preview",
                f"  or: studio-backup run {name} --accept {record.run}",
            ]
        return [kept, "Next: studio-backup status"]
    if record.result in ("ok", "running"):
        return ["Next: studio-backup status"]
    return [f"Next: studio-backup run {name}"]


def lines_of_preview(route: Route, preview: Preview, paint: Paint, verbose: bool) -> list[str]:
    """Names that would be created, rewritten and deleted, and whether the brake would stop it."""
    record = preview.record
    lines: list[str] = []
    for word, colour, names in (
        ("delete", "remove", preview.deleted),
        ("rewrite", "update", preview.rewritten),
        ("create", "create", preview.created),
    ):
        shown = names if verbose else names[:MOST_NAMES]
        lines += [paint(f"  {word:<8} {safe(unescaped(name))}", colour) for name in shown]
        if len(names) > len(shown):
            lines.append(f"  {word:<8} … and {count(len(names) - len(shown), 'more', 'more')} (-v shows all)")
    if record is not None and record.result != "ok":
        lines.append(f"{route.copy.full_name}: would be {record.result}: {record.sentence}")
        return lines
    against = record.restore_point if record and record.restore_point else "nothing yet"
    lines += wrapped(
        f"{route.copy.full_name}: {len(preview.created)} to create, {len(preview.rewritten)} to rewrite, "
        f"{len(preview.deleted)} to delete, against {against}. Nothing was written.",
        0,
    )
    if preview.brakes(route.copy.brake):
        limits = f"over {route.copy.brake.percent} % and over {route.copy.brake.files} files"
        lines.append(paint(f"The brake would refuse this run ({limits}).", "bad"))
    return lines


def unescaped(name: str) -> str:
    """A file's name as it is; rsync writes every byte that is no plain letter as `\\#` and three octal digits."""
    raw = _ESCAPE.sub(lambda found: bytes([int(found[1], 8)]), name.encode("utf-8", "surrogateescape"))
    return raw.decode("utf-8", "surrogateescape")


def preview_document(route: Route, preview: Preview) -> dict[str, object]:
    """The JSON of `run --preview`."""
    return {
        **as_json(route.dataset.full_name, route.copy.name, preview.record),
        "preview": {
            "create": list(preview.created),
            "rewrite": list(preview.rewritten),
            "delete": list(preview.deleted),
            "brake": preview.brakes(route.copy.brake),
        },
    }
