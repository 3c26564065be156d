"""What falls due as a screen of 80 columns and as a JSON document."""

from __future__ import annotations

from collections.abc import Sequence

from studio_backup.policy.due import LATER, OVERDUE, SOON, UNKNOWN, Due
from studio_backup.report.text import WIDTH, Paint, columns, count, day_of, safe, wrapped

_COLOURS = {OVERDUE: "bad", UNKNOWN: "unread", SOON: "update", LATER: "dim"}


def screen(due: Sequence[Due], now: float, paint: Paint) -> list[str]:
    """One line each, soonest first, then how many, and what to do first."""
    if not due:
        return ["Nothing falls due.", "Next: studio-backup verdict"]
    rows = [(_date(one), one.state(now), one.what, safe(one.subject), safe(one.note)) for one in due]
    title, *lines = _lines(rows)
    found = [paint(title, "bold")]
    found += [paint(part, _COLOURS[row[1]]) for line, row in zip(lines, rows, strict=True) for part in line.split("\n")]
    states = [row[1] for row in rows]
    told = [paint(f"{states.count(word)} {word}", _COLOURS[word]) for word in _COLOURS if word in states]
    first = next((one for one in due if one.state(now) in (OVERDUE, UNKNOWN)), None)
    following = f"Next: {first.fix}" if first else "Next: studio-backup verdict"
    return [*found, "", f"{count(len(due), 'date')}: {', '.join(told)}.", *wrapped(following, 0, 6)]


def _lines(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """A title, and each row; what does not fit beside the rest stands below it: what to do, then of what."""
    head = ("DUE", "STATE", "WHAT", "OF", "TO DO")
    for beside in (5, 4, 3):
        title, *lines = columns([head[:beside], *(row[:beside] for row in rows)])
        if max(map(len, (title, *lines))) <= WIDTH:
            break
    below = [[line for text in row[beside:] for line in _parted(text)] for row in rows]
    return [title, *("\n".join((line, *more)) for line, more in zip(lines, below, strict=True))]


def _parted(text: str) -> list[str]:
    """A name longer than a line goes on after one of its slashes."""
    lines = [""]
    for part in text.replace("/", "/\n").split("\n"):
        lines = [*lines[:-1], lines[-1] + part] if len(lines[-1] + part) <= WIDTH - 12 else [*lines, part]
    return [part for line in lines if line for part in wrapped(line, 12)]


def _date(one: Due) -> str:
    return "now" if one.when is None else day_of(one.when - 1)


def document(studio: str, due: Sequence[Due], now: float) -> dict[str, object]:
    """The JSON of `due`; "when" in epoch seconds, null for what nobody ever noted."""
    return {
        "version": 1,
        "studio": studio,
        "due": [
            {
                "subject": one.subject,
                "what": one.what,
                "when": one.when,
                "state": one.state(now),
                "note": one.note,
                "fix": one.fix,
            }
            for one in due
        ],
    }
