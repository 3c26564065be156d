"""The values of one thing, each with the place it was written at, within 80 columns where they can be."""

from __future__ import annotations

from collections.abc import Sequence

from studio_backup.report.text import WIDTH, columns, safe


def lines(address: str, rows: Sequence[tuple[str, str, str]]) -> list[str]:
    """One line a value (path, value, place); what all paths share is left out, a long value has its place below."""
    cut = _shared([path for path, _, _ in rows])
    plain = [(path[cut:], safe(value), place) for path, value, place in rows]
    keys = max((len(key) for key, _, _ in plain), default=0)
    room = WIDTH - keys - 6 - max((len(place) for _, _, place in plain), default=0)
    short = iter(columns([row if len(row[1]) <= room else (row[0], "", row[2]) for row in plain]))
    found = [address]
    for key, value, place in plain:
        line = next(short)
        found += [f"  {line}"] if len(value) <= room else [f"  {key:<{keys}}  {value}", f"  {'':<{keys}}  {place}"]
    return found


def _shared(paths: Sequence[str]) -> int:
    """Length of the leading keys, dot included, that every path has; the last key of a path always stays."""
    parts = [path.split(".")[:-1] for path in paths]
    same = 0
    while parts and all(len(one) > same and one[same] == parts[0][same] for one in parts):
        same += 1
    return sum(len(key) + 1 for key in parts[0][:same]) if parts else 0
