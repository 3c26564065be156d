"""Standings as a screen of 80 columns and as a JSON document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from studio_backup.capacity import full_at, growths
from studio_backup.policy import Sight
from studio_backup.records import as_json
from studio_backup.report.text import Paint, age, brief, columns, count, safe, size, wrapped
from studio_backup.status import Standing, volumes

_COLOURS = {"fresh": "good", "late": "bad", "none": "bad", "unknown": "unread"}


def screen(standings: Sequence[Standing], now: float, paint: Paint) -> list[str]:
    """A table, then a sentence for each copy that is not as it should be."""
    if not standings:
        return ["No copy is selected.", "Next: studio-backup validate"]
    rows: list[tuple[str, ...]] = [("COPY", "LAST RUN", "NEWEST POINT", "AGE", "LIMIT", "STATE")]
    rows += [_row(standing, now) for standing in standings]
    lines = columns(rows)
    painted = [paint(lines[0], "bold")]
    for line, standing in zip(lines[1:], standings, strict=True):
        word = standing.word(now)
        painted.append(line.removesuffix(word) + paint(word, _COLOURS[word]) if line.endswith(word) else line)
    notes = [line for standing in standings for note in _notes(standing, now) for line in _lines(note)]
    room = _volumes(standings, now, paint)
    return [
        *painted,
        *([""] if notes else []),
        *notes,
        *([""] if room else []),
        *room,
        "",
        _summary(standings, now),
        *_next(standings, now),
    ]


def _volumes(standings: Sequence[Standing], now: float, paint: Paint) -> list[str]:
    """How much room the copies' volumes have, and when it ends if it goes on as it did."""
    rows: list[tuple[str, ...]] = [("VOLUME", "FREE", "OF", "A DAY", "FULL")]
    for name, (room, copies) in volumes(standings).items():
        rate = growths([copy.moved for copy in copies], now)
        full = full_at(room, rate, now)
        rows.append(
            (name, size(room.free), size(room.size), "–" if rate is None else size(int(rate)), _when(full, now))
        )
    lines = columns(rows) if len(rows) > 1 else []
    return [paint(line, "bold") if number == 0 else line for number, line in enumerate(lines)]


def _when(full: float | None, now: float) -> str:
    if full is None or full <= now:
        return "–" if full is None else "now"
    return "not in ten years" if full - now > 3650 * 86400 else f"in {brief(full - now)} at the earliest"


def _row(standing: Standing, now: float) -> tuple[str, ...]:
    old = standing.age(now)
    result = "running" if standing.running else standing.last.result if standing.last else "never"
    if standing.unknown:
        result = "?"
    return (
        standing.route.copy.full_name,
        result,
        standing.newest or "–",
        brief(old) if old is not None else "–",
        brief(standing.limit),
        standing.word(now),
    )


def _lines(note: str) -> list[str]:
    """A sentence is wrapped; a command to type stays in one piece."""
    return [note] if note.startswith(" ") else wrapped(note, 0)


def _notes(standing: Standing, now: float) -> list[str]:
    name = standing.route.copy.full_name
    if standing.unknown:
        return [f"{name}: unknown: {safe(standing.unknown)}"]
    notes = []
    old = standing.age(now)
    if old is not None and standing.word(now) == "late":
        notes.append(f"{name}: late: its newest point is {age(old)} old, its limit is {age(standing.limit)}")
    if ahead := standing.ahead(now):
        points = count(len(ahead), "restore point is", "restore points are")
        notes.append(f"{name}: {points} dated in the future: look at the clock of {standing.route.writer.full_name}")
    if standing.running:
        notes.append(f"{name}: a run is under way since {safe(standing.running.run)}")
    if standing.last and standing.last.result not in ("ok", "never"):
        notes.append(f"{name}: {standing.last.result}: {safe(standing.last.sentence)}")
    if standing.last and standing.last.open:
        notes.append(f"{name}: the newest point was taken while files were in use")
    if standing.last and standing.last.result == "refused" and standing.last.reason.startswith("brake-"):
        notes.append(f"  look:    studio-backup run {name} --preview")
        notes.append(f"  accept:  studio-backup run {name} --accept {safe(standing.last.run)}")
    return notes


def _summary(standings: Sequence[Standing], now: float) -> str:
    words = [standing.word(now) for standing in standings]
    total = sum(len(standing.points) for standing in standings)
    parts = [f"{words.count(word)} {word}" for word in ("fresh", "late", "none", "unknown") if word in words]
    return f"{count(len(words), 'copy', 'copies')}: {', '.join(parts)}; {count(total, 'restore point')}."


def _next(standings: Sequence[Standing], now: float) -> list[str]:
    """A copy to make, the one that others are made from first; a refused one is for a human to look at."""
    for standing in standings:
        refused = standing.last is not None and standing.last.result == "refused"
        if standing.word(now) in ("late", "none") and not standing.running and not refused:
            return [f"Next: studio-backup run {standing.route.copy.full_name}"]
    return []


def sights(standings: Iterable[Standing], now: float) -> dict[str, dict[str, Sight]]:
    """What the verdict on the evidence rests on: dataset -> copy -> sight."""
    found: dict[str, dict[str, Sight]] = {}
    for standing in standings:
        found.setdefault(standing.route.dataset.full_name, {})[standing.route.copy.name] = _sight(standing, now)
    return found


def _sight(standing: Standing, now: float) -> Sight:
    word, old = standing.word(now), standing.age(now)
    if word == "unknown":
        return Sight(None, standing.unknown)
    if old is None:
        return Sight(False, "it has no restore point")
    return Sight(word == "fresh", f"its newest point is {age(old)} old, its limit is {age(standing.limit)}")


def document(studio: str, standings: Sequence[Standing], now: float) -> dict[str, object]:
    """The JSON of `status`; "age" and "limit" in seconds."""
    return {
        "version": 1,
        "studio": studio,
        "jobs": [
            {
                **as_json(
                    standing.route.dataset.full_name,
                    standing.route.copy.name,
                    standing.running or standing.last,
                ),
                "system": standing.route.writer.full_name,
                "newest": standing.newest or None,
                "points": list(standing.points),
                "age": old if (old := standing.age(now)) is None else int(old),
                "limit": standing.limit,
                "state": standing.word(now),
                "unknown": standing.unknown or None,
            }
            for standing in standings
        ],
        "volumes": [
            {
                "volume": name,
                "size": room.size,
                "free": room.free,
                "growth": None if rate is None else int(rate),
                "full": None if full is None else int(full),
            }
            for name, (room, copies) in volumes(standings).items()
            for rate in [growths([copy.moved for copy in copies], now)]
            for full in [full_at(room, rate, now)]
        ],
    }


def moved(files: int | None, total: int | None) -> str:
    """`12 files, 3.4 GB`."""
    return f"{count(files or 0, 'file')}, {size(total)}"
