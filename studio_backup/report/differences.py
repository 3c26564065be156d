"""How one field that differs is shown: short values side by side, texts by the lines that differ."""

from __future__ import annotations

from difflib import SequenceMatcher

from studio_backup.diff import Change, FieldDiff
from studio_backup.report.text import safe, spaced

#: Most lines of one text that are shown; the JSON has all of it.
MOST_LINES = 6


def lines_of(change: Change) -> list[str]:
    """The lines below a change, without indent: nothing for what is made new or taken away."""
    if change.verb == "deferred":
        return []
    if change.verb in ("create", "remove") and not any(_waits(item) for item in change.fields):
        return []
    shown = []
    for item in change.fields:
        if item.name == "manifest":  # the change's reason says it already
            continue
        if change.verb == "create" and not _waits(item):
            continue
        shown += _field(item)
    return shown


def _waits(item: FieldDiff) -> bool:
    return (item.after or "").startswith("known after ")


def _field(item: FieldDiff) -> list[str]:
    before, after = item.before or "", item.after or ""
    if "\n" in before.strip("\n") or "\n" in after.strip("\n"):
        return _text(item.name, before, after)
    if item.before is None:
        return [f"{item.name}: {spaced(safe(after))}"]
    if item.rule == "watched":
        return [f"{item.name}: {safe(before)} (expected {safe(after)})"]
    return [f"{item.name}: {safe(before)} -> {spaced(safe(after))}"]


def _text(name: str, before: str, after: str) -> list[str]:
    seen, wanted = before.splitlines(), after.splitlines()
    found = []
    for tag, first, last, start, stop in SequenceMatcher(None, seen, wanted, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        found += [f"{name}, line {number + 1}: - {safe(seen[number])}" for number in range(first, last)]
        found += [f"{name}, line {number + 1}: + {safe(wanted[number])}" for number in range(start, stop)]
    more = len(found) - MOST_LINES
    return [*found[:MOST_LINES], f"{name}: and {more} more lines"] if more > 1 else found
