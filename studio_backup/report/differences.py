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
    before, after, name = item.before or "", item.after or "", safe(item.name)
    if "\n" in before.strip("\n") or "\n" in after.strip("\n"):
        return _text(name, before, after)
    if item.before is None:
        return [f"{name}: {spaced(safe(after))}"]
    if item.rule == "watched":
        return [f"{name}: {safe(before)} (expected {safe(after)})"]
    return [f"{name}: {safe(before)} -> {spaced(safe(after))}"]


def _text(name: str, before: str, after: str) -> list[str]:
    found = [f"{label}: {sign} {safe(line)}" for label, sign, line in _lines_that_differ(name, before, after)]
    more = len(found) - MOST_LINES
    return [*found[:MOST_LINES], f"{name}: and {more} more lines"] if more > 1 else found


def _lines_that_differ(name: str, before: str, after: str) -> list[tuple[str, str, str]]:
    """(which line, - for what was seen or + for what is wanted, the line)."""
    seen, wanted = before.splitlines(), after.splitlines()
    found: list[tuple[str, str, str]] = []
    for tag, first, last, start, stop in SequenceMatcher(None, seen, wanted, autojunk=False).get_opcodes():
        if tag != "equal":
            found += [(f"{name}, line {number + 1}", "-", seen[number]) for number in range(first, last)]
            found += [(f"{name}, line {number + 1}", "+", wanted[number]) for number in range(start, stop)]
    return found


def values_of(change: Change) -> list[tuple[str, str | None, str | None]]:
    """(field, what was expected, what was seen) of what differs, None for nothing to show there; texts line by line."""
    if change.verb in ("create", "remove", "deferred"):
        return []
    found: list[tuple[str, str | None, str | None]] = []
    for item in change.fields:
        before, after = item.before, item.after
        if "\n" in (before or "").strip("\n") or "\n" in (after or "").strip("\n"):
            found += _side_by_side(item.name, before or "", after or "")
        elif item.name != "manifest":  # the change's reason says it already
            found.append((item.name, after or "", before or ""))
    return found


def _side_by_side(name: str, before: str, after: str) -> list[tuple[str, str | None, str | None]]:
    rows: dict[str, tuple[str | None, str | None]] = {}
    for label, sign, line in _lines_that_differ(name, before, after):
        expected, seen = rows.get(label, (None, None))
        rows[label] = (line, seen) if sign == "+" else (expected, line)
    found = [(label, *both) for label, both in list(rows.items())[:MOST_LINES]]
    more = len(rows) - MOST_LINES
    return [*found, (f"{name}: and {more} more lines", None, None)] if more > 0 else found
