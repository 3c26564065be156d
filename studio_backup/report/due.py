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
    title, *lines = columns([("DUE", "STATE", "WHAT", "OF", "TO DO"), *rows])
    if max(map(len, (title, *lines))) > WIDTH:
        title, *lines = columns([("DUE", "STATE", "WHAT", "OF"), *(row[:-1] for row in rows)])
        lines = [f"{line}\n{wrapped(row[-1], 12)[0]}" for line, row in zip(lines, rows, strict=True)]
    found = [paint(title, "bold")]
    found += [paint(part, _COLOURS[row[1]]) for line, row in zip(lines, rows, strict=True) for part in line.split("\n")]
    states = [row[1] for row in rows]
    told = [paint(f"{states.count(word)} {word}", _COLOURS[word]) for word in _COLOURS if word in states]
    first = next((one for one in due if one.state(now) in (OVERDUE, UNKNOWN)), None)
    following = f"Next: {first.fix}" if first else "Next: studio-backup verdict"
    return [*found, "", f"{count(len(due), 'date')}: {', '.join(told)}.", *wrapped(following, 0, 6)]


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
